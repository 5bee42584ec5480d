import { modulesLookedAt, modulesDisabled } from '../cluster/facts/system-facts.js';
import { sh } from '../hosts/script.js';

/**
 * The section about kernel modules: `NAME`, where the kernel neither has one nor finds it; `NAME by WHAT`, where it would
 * find it and something keeps it out. In a container they are the kernel's owner's concern.
 *
 * modprobe answers as it would when Kubespray calls it: also of those that are built in, by its own configuration, and where
 * the running kernel's folder is gone. It is asked for all at once first, because on a slow machine each call takes its time,
 * and one after the other only where something is wrong: then its words do not say of which one.
 */
export const modulesOnHost = sh`
section modules
if systemd-detect-virt --container --quiet 2>/dev/null; then
  echo container
else
  locked=0; if [ -r /proc/sys/kernel/modules_disabled ]; then read -r locked < /proc/sys/kernel/modules_disabled || true; fi
  refusal() { printf '%s\n' "$1" | grep -Em1 '^install (/(usr/)?bin/)?(true|false)( |$)'; }
  absent=
  for module in ${modulesLookedAt}; do if [ ! -e "/sys/module/$module" ]; then absent="$absent $module"; fi; done
  loads() { modprobe --dry-run --verbose --all "$@" 2>/dev/null; }
  if ! all=$(loads $absent) || [ "$locked" = 1 ] || refusal "$all" >/dev/null; then
    for module in $absent; do
      if ! one=$(loads "$module"); then echo "$module"
      elif rule=$(refusal "$one"); then echo "$module by $rule"
      elif [ "$locked" = 1 ] && [ "$one" ]; then printf '%s by %s\n' "$module" ${modulesDisabled}
      fi
    done
  fi
fi`;
