"""Writes what a playbook does as JSON lines, one for each event, so that Slipway never reads coloured text.

Slipway puts this file beside each cluster's ansible.cfg. It writes to the file that SLIPWAY_EVENTS names and
does nothing without it. What a task hides by no_log is hidden here as well: Ansible hands callbacks a copy of
the result from which such values are gone. Only of a download it is told where from, without user, password and
query. src/cluster/playbook/event.ts is the reader.
Made for ansible-core 2.15 to 2.18.
"""

import json
import os
import time
from urllib.parse import urlsplit

from ansible.plugins.callback import CallbackBase

DOCUMENTATION = """
name: slipway_events
type: notification
short_description: write events as JSON lines
description:
  - Writes one JSON document for each event to the file named by the environment variable SLIPWAY_EVENTS.
requirements:
  - enabled by callbacks_enabled
"""

# Enough for any sentence a module says, and far from filling a disk.
LONGEST_MESSAGE = 2000
# The reader passes over a line of more than a mebibyte.
LONGEST_NAME = 200
MOST_TASKS = 4000
DOWNLOADS = ("get_url", "ansible.builtin.get_url", "ansible.legacy.get_url")
REQUESTS = ("uri", "ansible.builtin.uri", "ansible.legacy.uri")
PAUSES = ("pause", "ansible.builtin.pause", "ansible.legacy.pause")


class CallbackModule(CallbackBase):
    CALLBACK_VERSION = 2.0
    CALLBACK_TYPE = "notification"
    CALLBACK_NAME = "slipway_events"
    CALLBACK_NEEDS_ENABLED = True

    def __init__(self, *args, **kwargs):
        super().__init__(*args, **kwargs)
        path = os.environ.get("SLIPWAY_EVENTS")
        self.disabled = not path
        # Line buffering: a reader sees whole lines, and a kill loses none that was written.
        self._file = open(path, "a", buffering=1, encoding="utf-8") if path else None
        # Of a loop's failed items the first one's delegate: the result of the whole has only the template.
        self._delegates = {}

    def _write(self, event, **fields):
        line = {"event": event, "time": round(time.time(), 3), **fields}
        self._file.write(json.dumps(line, separators=(",", ":"), default=str) + "\n")

    def _write_result(self, status, result, **fields):
        self._write("result", host=result._host.get_name(), task=name_of(result), status=status, **fields)

    def _write_trouble(self, status, result, **fields):
        delegate = self._delegates.pop(key_of(result), None) or delegate_of(result)
        if delegate:
            fields["delegate"] = delegate
        self._write_result(status, result, **fields)

    def v2_playbook_on_start(self, playbook):
        """What --list-tasks would print, without starting Ansible once more; what is included later is not in it."""
        for play in playbook.get_plays():
            tasks = [name for block in play.compile() for name in names_of(block)]
            self._write("planned", play=play.get_name().strip()[:LONGEST_NAME], tasks=tasks[:MOST_TASKS])

    def v2_playbook_on_vars_prompt(self, varname, private=True, prompt=None, *args, **kwargs):
        self._write("prompt", prompt=shortened(str(prompt or varname).strip()))

    def v2_playbook_on_play_start(self, play):
        self._write("play", play=play.get_name().strip())

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._write("task", task=task.get_name().strip())

    def v2_playbook_on_handler_task_start(self, task):
        self._write("task", task=task.get_name().strip())

    def v2_playbook_on_no_hosts_matched(self):
        self._write("no-hosts")

    def v2_runner_on_ok(self, result):
        prompt = arguments_of(result).get("prompt") if result._task.action in PAUSES else None
        if prompt:
            self._write("prompt", prompt=shortened(str(prompt).strip()))
        self._write_result("changed" if result._result.get("changed") else "ok", result)

    def v2_runner_on_skipped(self, result):
        self._write_result("skipped", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        more = address_of(result)
        if result._result.get("censored"):
            more["hidden"] = True
        status = "ignored" if ignore_errors else "failed"
        self._write_trouble(status, result, message=message_of(result._result), **more)

    def v2_runner_item_on_failed(self, result):
        """Ansible calls it for an item whose host cannot be reached as well."""
        delegate = delegate_of(result)
        if delegate:
            self._delegates.setdefault(key_of(result), delegate)

    def v2_runner_on_unreachable(self, result):
        self._write_trouble("unreachable", result, message=message_of(result._result))

    def v2_runner_retry(self, result):
        self._write_result(
            "retry", result, attempt=result._result.get("attempts"), attempts=result._result.get("retries")
        )

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in stats.processed}
        self._write("stats", hosts=hosts)


def names_of(block):
    for task in block.block:
        if hasattr(task, "block"):
            yield from names_of(task)
        elif not getattr(task, "implicit", False):
            yield task.get_name().strip()[:LONGEST_NAME]


def arguments_of(result):
    """The task's arguments with their variables filled in; of a loop those of the last item."""
    arguments = (getattr(result, "_task_fields", None) or {}).get("args")
    return arguments if isinstance(arguments, dict) else {}


def name_of(result):
    return result._task.get_name().strip()


def key_of(result):
    return (result._host.get_name(), result._task._uuid)


def delegate_of(result):
    """The machine that the task ran on, where it is not its host; of a loop as a whole there is only the template."""
    delegate = str(result._task.delegate_to or "")
    return None if delegate in ("", result._host.get_name()) or "{{" in delegate else delegate


def address_of(result):
    """Of a download its `url`; of any other request, such as one that waits for a service, the `endpoint`."""
    failed = first_failed_item(result._result) or result._result
    if result._task.action in DOWNLOADS:
        return known(url=plain(failed.get("url") or arguments_of(result).get("url")))
    if result._task.action in REQUESTS:
        # Up to v2.24 Kubespray asks a mirror so whether it has a file: "Download_file | Validate mirrors".
        is_download = "download" in name_of(result).lower()
        return known(**{"url" if is_download else "endpoint": plain(failed.get("url"))})
    return {}


def known(**fields):
    return {name: value for name, value in fields.items() if value}


def plain(text):
    """An address without what may be a secret in it: user, password and query."""
    try:
        url = urlsplit(str(text or ""))
        port = ":%d" % url.port if url.port else ""
    except ValueError:
        return None
    if url.scheme not in ("http", "https", "ftp") or not url.hostname:
        return None
    host = "[%s]" % url.hostname if ":" in url.hostname else url.hostname
    return "%s://%s%s%s" % (url.scheme, host, port, url.path)


def message_of(result):
    """The sentence that says why: of the first failed item in a loop, with what a command wrote to its standard error."""
    if result.get("censored"):
        return str(result["censored"])
    item = first_failed_item(result)
    if item:
        label = item.get("_ansible_item_label", item.get("item"))
        return shortened("item %s: %s" % (label, message_of(item)))
    parts = [result.get("msg"), result.get("assertion"), result.get("response")]
    parts += [first_text(result, "stderr", "module_stderr", "stdout", "module_stdout")]
    texts = [str(part).strip() for part in parts if part not in (None, "", False)]
    return shortened(": ".join(texts) or str(result.get("reason") or last_line(result.get("exception")) or "no message"))


def last_line(text):
    """Of a traceback the line that says what."""
    lines = str(text or "").strip().splitlines()
    return lines[-1].strip() if lines else ""


def first_failed_item(result):
    items = result.get("results")
    for item in items if isinstance(items, list) else []:
        if isinstance(item, dict) and (item.get("failed") or item.get("unreachable")):
            return item
    return None


def first_text(result, *names):
    for name in names:
        text = str(result.get(name) or "").strip()
        if text:
            return text
    return ""


def shortened(text):
    """Keeps the end, where the cause of a long output is."""
    return text if len(text) <= LONGEST_MESSAGE else "… " + text[-LONGEST_MESSAGE:]
