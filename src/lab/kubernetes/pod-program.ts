/**
 * The one program in the lab's pod image, a static one. Without words it does nothing until it is told to end, as a
 * pod's sandbox does; it reaps what is left to it.
 */
export const podProgram = `package main

import (
	"crypto/rand"
	"crypto/sha256"
	"fmt"
	"os"
	"os/signal"
	"path/filepath"
	"syscall"
)

const usage = "pod | pod keep DIR | pod digest DIR | pod list DIR | pod fail"

func main() {
	words := append(os.Args[1:], "", "")
	switch words[0] {
	case "":
		hold()
	case "keep":
		keep(words[1])
		hold()
	case "digest":
		fmt.Println(digest(words[1]))
	case "list":
		list(words[1])
	case "fail":
		die("told to fail")
	default:
		die(usage)
	}
}

// hold waits for the signal to end.
func hold() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGINT, syscall.SIGCHLD)
	for each := range signals {
		if each != syscall.SIGCHLD {
			return
		}
		for {
			if pid, _ := syscall.Wait4(-1, nil, syscall.WNOHANG, nil); pid <= 0 {
				break
			}
		}
	}
}

// keep puts random data into a folder that has none yet, and a line for each of its starts.
func keep(folder string) {
	blob := filepath.Join(folder, "blob")
	if _, err := os.Stat(blob); err != nil {
		data := make([]byte, 3_000_000)
		if _, err := rand.Read(data); err != nil {
			die(err)
		}
		if err := os.WriteFile(blob, data, 0o640); err != nil {
			die(err)
		}
	}
	starts, err := os.OpenFile(filepath.Join(folder, "starts"), os.O_CREATE|os.O_APPEND|os.O_WRONLY, 0o644)
	if err != nil {
		die(err)
	}
	defer starts.Close()
	fmt.Fprintln(starts, "started")
}

// digest tells what keep has put there.
func digest(folder string) string {
	data, err := os.ReadFile(filepath.Join(folder, "blob"))
	if err != nil {
		die(err)
	}
	return fmt.Sprintf("sha256:%x", sha256.Sum256(data))
}

// list prints the names in a folder.
func list(folder string) {
	entries, err := os.ReadDir(folder)
	if err != nil {
		die(err)
	}
	for _, each := range entries {
		fmt.Println(each.Name())
	}
}

func die(why any) {
	fmt.Fprintln(os.Stderr, why)
	os.Exit(1)
}
`;
