import { describe, expect, it } from 'vitest';
import { awaitedService } from '../../../src/cluster/playbook/services.js';

const nameOf = (endpoint: string, task = 'Wait') => awaitedService({ endpoint, task })?.name;

describe('the service that a playbook waits for', () => {
  it.each([
    ['https://10.0.0.1:2379/health', 'etcd'],
    ['https://10.0.0.1:2383/health', 'etcd-events'],
    ['https://localhost:10259/healthz', 'kube-scheduler'],
    ['https://[::1]:10257/healthz', 'kube-controller-manager'],
    ['https://node1.example.org:6443/healthz', 'kube-apiserver'],
  ])('is known by the port of %s', (endpoint, name) => {
    expect(nameOf(endpoint)).toBe(name);
  });

  it('is known by the task where the port may be set', () => {
    expect(nameOf('https://10.0.0.1:7443/healthz', 'Kubeadm | Wait for kube-apiserver')).toBe(
      'kube-apiserver',
    );
    expect(nameOf('https://lb.example.org/healthz', 'Check that the API is up')).toBe('kube-apiserver');
  });

  it('is nothing that is known otherwise, whatever numbers are in the address', () => {
    expect(nameOf('https://10.0.0.1:9000/2379')).toBeUndefined();
    expect(nameOf('https://10.0.0.1/:2379')).toBeUndefined();
    expect(nameOf('2379')).toBeUndefined();
  });

  it('is looked for where it runs: etcd by systemd, the others as static pods', () => {
    const lookOf = (endpoint: string) => awaitedService({ endpoint, task: '' })?.look;
    expect(lookOf('https://a:2379')).toBe('"journalctl -u etcd -n 100"');
    expect(lookOf('https://a:10259')).toMatch(/crictl ps -aql --name kube-scheduler.*journalctl -u kubelet/);
  });
});
