import type { StubModule } from '../kubernetes/go-modules.js';

const corednsModulePath = 'github.com/coredns/coredns';

/** Those that Kubespray's Corefiles and those of its users name; the ones for clouds are left out. */
const plugins = [
  'bind',
  'bufsize',
  'cache',
  'debug',
  'dns64',
  'errors',
  'file',
  'forward',
  'health',
  'hosts',
  'kubernetes',
  'loadbalance',
  'log',
  'loop',
  'metrics',
  'nsid',
  'ready',
  'reload',
  'rewrite',
  'template',
  'whoami',
];

const pluginImports = plugins.map((name) => `\t_ "${corednsModulePath}/plugin/${name}"`).join('\n');

/** CoreDNS with the plugins that a cluster uses. */
export function clusterDnsModule(version: string): StubModule {
  const source = `package main

import (
	"${corednsModulePath}/coremain"
${pluginImports}
)

func main() { coremain.Run() }
`;
  return {
    name: 'coredns',
    module: corednsModulePath,
    version,
    commands: [],
    own: { program: 'coredns', source },
  };
}

/**
 * A stand-in for the node-local DNS cache: the same CoreDNS. It gives its address to a link of the node's, as the real one
 * does, and makes that link if need be: a bridge where the kernel has no dummy links.
 */
export function nodeCacheModule(corednsVersion: string): StubModule {
  const source = `package main

import (
	"log"
	"os"
	"strings"

	"${corednsModulePath}/coremain"
${pluginImports}
	"github.com/vishvananda/netlink"
)

const linkName = "nodelocaldns"

func main() {
	addresses, words := split(os.Args[1:])
	link := nodeLink()
	for _, each := range addresses {
		address, err := netlink.ParseAddr(each + "/32")
		check(err)
		check(netlink.AddrReplace(link, address))
	}
	check(netlink.LinkSetUp(link))
	os.Args = append([]string{"coredns"}, words...)
	coremain.Run()
}

// split takes the words of the real program and gives back the addresses to set and CoreDNS' own words.
func split(words []string) (addresses, own []string) {
	for i := 0; i+1 < len(words); i++ {
		switch strings.TrimLeft(words[i], "-") {
		case "localip":
			addresses = strings.Split(words[i+1], ",")
		case "conf":
			own = []string{"-conf", words[i+1]}
		}
	}
	return addresses, own
}

func nodeLink() netlink.Link {
	attributes := netlink.NewLinkAttrs()
	attributes.Name = linkName
	if _, err := netlink.LinkByName(linkName); err != nil {
		if netlink.LinkAdd(&netlink.Dummy{LinkAttrs: attributes}) != nil {
			check(netlink.LinkAdd(&netlink.Bridge{LinkAttrs: attributes}))
		}
	}
	link, err := netlink.LinkByName(linkName)
	check(err)
	return link
}

func check(err error) {
	if err != nil {
		log.Fatal(err)
	}
}
`;
  return {
    name: 'node-cache',
    module: corednsModulePath,
    version: corednsVersion,
    commands: [],
    own: { program: 'node-cache', source },
    needs: { 'github.com/vishvananda/netlink': '1.3.1' },
  };
}
