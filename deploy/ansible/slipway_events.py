"""Writes what a playbook does as JSON lines, one for each event, so that Slipway never reads coloured text.

Slipway puts this file beside each cluster's ansible.cfg. It writes to the file that SLIPWAY_EVENTS names and
does nothing without it. What a task hides by no_log is hidden here as well: Ansible hands callbacks a copy of
the result from which such values are gone. src/cluster/playbook-events.ts is the reader.
Made for ansible-core 2.15 to 2.18.
"""

import json
import os
import time

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

    def _write(self, event, **fields):
        line = {"event": event, "time": round(time.time(), 3), **fields}
        self._file.write(json.dumps(line, separators=(",", ":"), default=str) + "\n")

    def _write_result(self, status, result, **fields):
        self._write("result", host=result._host.get_name(), task=result._task.get_name().strip(), status=status, **fields)

    def v2_playbook_on_play_start(self, play):
        self._write("play", play=play.get_name().strip())

    def v2_playbook_on_task_start(self, task, is_conditional):
        self._write("task", task=task.get_name().strip())

    def v2_playbook_on_handler_task_start(self, task):
        self._write("task", task=task.get_name().strip())

    def v2_playbook_on_no_hosts_matched(self):
        self._write("no-hosts")

    def v2_runner_on_ok(self, result):
        self._write_result("changed" if result._result.get("changed") else "ok", result)

    def v2_runner_on_skipped(self, result):
        self._write_result("skipped", result)

    def v2_runner_on_failed(self, result, ignore_errors=False):
        self._write_result("ignored" if ignore_errors else "failed", result, message=message_of(result._result))

    def v2_runner_on_unreachable(self, result):
        self._write_result("unreachable", result, message=message_of(result._result))

    def v2_runner_retry(self, result):
        self._write_result(
            "retry", result, attempt=result._result.get("attempts"), attempts=result._result.get("retries")
        )

    def v2_playbook_on_stats(self, stats):
        hosts = {host: stats.summarize(host) for host in stats.processed}
        self._write("stats", hosts=hosts)


def message_of(result):
    """The sentence that says why: of the first failed item in a loop, with what a command wrote to its standard error."""
    if result.get("censored"):
        return str(result["censored"])
    for item in result.get("results") or []:
        if isinstance(item, dict) and item.get("failed"):
            label = item.get("_ansible_item_label", item.get("item"))
            return shortened("item %s: %s" % (label, message_of(item)))
    parts = [result.get("msg"), result.get("assertion")]
    parts += [first_text(result, "stderr", "module_stderr", "stdout", "module_stdout")]
    texts = [str(part).strip() for part in parts if part not in (None, "", False)]
    return shortened(": ".join(texts) or str(result.get("reason") or "no message"))


def first_text(result, *names):
    for name in names:
        text = str(result.get(name) or "").strip()
        if text:
            return text
    return ""


def shortened(text):
    """Keeps the end, where the cause of a long output is."""
    return text if len(text) <= LONGEST_MESSAGE else "… " + text[-LONGEST_MESSAGE:]
