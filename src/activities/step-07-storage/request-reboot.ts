import { sh } from '../../hosts/script.js';
import { changed, hostStep, unchanged } from '../running/step.js';

/**
 * Step 7.2: Reboot the node. The host itself compares boot IDs, also immediately before it goes down, so that a
 * repeated request never restarts it twice. After a lost connection, which may have cut the request off or come from the
 * restart, the next attempt asks again. Whether it worked is told by the boot ID alone, in waitForReboot.
 */
export const requestReboot = hostStep('requestReboot', async (host, { bootIdBefore, reason }) => {
  if ((await host.bootId()) !== bootIdBefore) return unchanged('restarted already');
  const reboot = sh`sleep 1; if [ "$(cat /proc/sys/kernel/random/boot_id)" = ${bootIdBefore} ]; then
  systemctl reboot
fi`;
  const request = sh`if command -v logger >/dev/null; then logger -t slipway ${`Restart: ${reason}`}; fi
sync
setsid sh -c ${reboot.text} >/dev/null 2>&1 </dev/null &`;
  await host.run(request, { what: 'request the reboot' });
  return changed(`restart requested: ${reason}`);
});
