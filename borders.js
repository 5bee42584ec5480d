/**
 * The folders of src, and which others each may import: the only place that says so. eslint.config.js reports every other
 * import, test/borders.test.ts compares with what is imported, and `node scripts/borders.mjs` draws it in ARCHITECTURE.md.
 *
 * A folder imports only what stands beneath it in its list. Folders within another one stand in a list of their own; `.` are
 * the files in that one itself. Who may import a folder from outside may import all that is within it.
 *
 * @type {Readonly<Record<string, Readonly<Record<string, { what: string, imports: readonly string[] }>>>>}
 */
export const borders = {
  src: {
    cli: {
      what: '`slipway`: the commands, what they show and ask, the demo',
      imports: ['workers', 'lab', 'temporal', 'probes', 'hosts', 'protocol', 'cluster', 'local'],
    },
    workers: {
      what: 'A worker: bundle of the workflows, connection, settings, shutdown',
      imports: ['activities', 'hosts', 'protocol', 'cluster', 'local'],
    },
    workflows: {
      what: 'The order of the steps, approvals, decisions, progress. Deterministic',
      imports: ['protocol', 'cluster'],
    },
    activities: {
      what: 'A file for each step, in folders by the steps of the document',
      imports: ['probes', 'hosts', 'protocol', 'cluster'],
    },
    probes: { what: 'Reading a host, for steps and CLI alike', imports: ['hosts', 'protocol', 'cluster'] },
    lab: { what: 'Throw-away machines, and of them a small real Kubernetes', imports: ['hosts', 'local'] },
    hosts: {
      what: 'Reaching one machine: connections, host keys, scripts, files, jobs',
      imports: ['protocol', 'local'],
    },
    temporal: {
      what: "Temporal's server and command, and the connection to it",
      imports: ['protocol', 'local'],
    },
    protocol: {
      what: 'What crosses Temporal: steps, messages, approvals, host addresses',
      imports: ['cluster'],
    },
    cluster: {
      what: 'Specification, facts, plan, checks, report. Pure: no Temporal, no ssh2, no clock, no I/O',
      imports: [],
    },
    local: { what: "This machine: folders, file locks, processes, a child's environment", imports: [] },
  },
  'src/cluster': {
    report: {
      what: 'What became of the cluster',
      imports: ['plan', 'checks', 'specification', 'text', 'values'],
    },
    plan: {
      what: 'What is to be done on each host, in which order, with its digest',
      imports: [
        'preflight',
        'release-choice',
        'kubespray',
        'mirror',
        'network',
        'storage',
        'checks',
        'specification',
        'facts',
        'text',
        'values',
      ],
    },
    preflight: {
      what: 'What has to be right before anything is changed',
      imports: [
        'rerun',
        'release-choice',
        'kubespray',
        'mirror',
        'network',
        'storage',
        'checks',
        'specification',
        'facts',
        'releases',
        'text',
        'values',
      ],
    },
    rerun: {
      what: 'Whether Kubespray may run over nodes as they are, and the reset of one',
      imports: ['kubespray', 'storage', 'specification', 'facts', 'kubernetes', 'releases', 'text', 'values'],
    },
    verification: {
      what: 'Checks of a cluster that is done',
      imports: ['storage', 'checks', 'facts', 'kubernetes', 'text', 'values'],
    },
    kubespray: {
      what: 'Inventory and variables that Kubespray is given',
      imports: ['mirror', 'storage', 'checks', 'specification', 'releases', 'text', 'values'],
    },
    mirror: {
      what: 'What Kubespray downloads, and from where',
      imports: ['release-choice', 'specification', 'facts', 'releases', 'text', 'values'],
    },
    'release-choice': {
      what: "Which of Kubespray's releases fits",
      imports: ['checks', 'specification', 'facts', 'releases', 'values'],
    },
    network: { what: 'Ports, ways between hosts, firewall rules', imports: ['specification', 'values'] },
    storage: {
      what: "Step 7's disks, array, fstab and data, as planned and as found",
      imports: ['specification', 'facts', 'text', 'values'],
    },
    checks: {
      what: 'Findings and checks: their names, how they are judged',
      imports: ['specification', 'facts', 'releases', 'text'],
    },
    specification: { what: '`cluster.yaml` and its rules', imports: ['releases', 'text', 'values'] },
    facts: { what: 'What a host says of itself', imports: ['releases', 'values'] },
    playbook: { what: "Ansible's events, and how far a playbook is", imports: ['text'] },
    kubernetes: { what: "Answers of kubectl and etcd, and Akash's provider", imports: ['text'] },
    releases: { what: "What differs between Kubespray's releases", imports: ['values'] },
    text: { what: 'Text for people and for YAML', imports: [] },
    values: { what: 'Versions, addresses, networks, digests, groups', imports: [] },
  },
  'src/hosts': {
    pool: { what: 'Shared connections to any machine', imports: ['ssh', '.'] },
    ssh: { what: 'A machine over SSH, and its key', imports: ['.'] },
    jobs: { what: 'Jobs that outlive the worker', imports: ['.'] },
    '.': { what: 'A host, scripts, files, errors, the local machine', imports: [] },
  },
  'src/activities': {
    '.': { what: 'Every activity by its name', imports: ['housekeeping', 'running'] },
    'step-01-kubespray': { what: 'Step 1', imports: ['step-04-to-06-inventory', 'running'] },
    'step-02-ansible': { what: 'Step 2', imports: ['running'] },
    'step-03-ssh-access': { what: 'Step 3', imports: ['running'] },
    'step-04-to-06-inventory': { what: 'Steps 4 to 6, and 7.13', imports: ['running'] },
    'step-08-kubespray-run': { what: 'Step 8', imports: ['step-07-storage', 'running'] },
    'step-09-confirm': { what: 'Step 9', imports: ['step-07-storage', 'running'] },
    'step-07-storage': { what: 'Step 7', imports: ['running'] },
    'step-10-firewall': { what: 'Step 10', imports: ['running'] },
    'look-at-hosts': { what: 'Facts, and whether hosts reach each other', imports: ['running'] },
    'cluster-in-use': { what: 'Leases and pods of a cluster that works', imports: ['running'] },
    housekeeping: { what: 'Ending jobs, finding locks', imports: ['running'] },
    running: { what: 'What every step is made with', imports: [] },
  },
  'src/workflows': {
    '.': { what: 'The workflows', imports: ['phases', 'running'] },
    phases: { what: 'What they are made of, in the order of the work', imports: ['running'] },
    running: { what: 'Running steps, and asking where one fails', imports: ['questions', 'progress'] },
    questions: { what: 'Questions to people, and whether an answer counts', imports: ['progress'] },
    progress: { what: 'What is shown of a run', imports: [] },
  },
  'src/cli': {
    '.': { what: 'The program', imports: ['commands', 'terminal'] },
    demo: {
      what: 'A whole run on machines of the lab',
      imports: ['commands', 'running', 'questions', 'terminal'],
    },
    commands: {
      what: 'One file for each command',
      imports: ['running', 'questions', 'progress', 'terminal'],
    },
    running: {
      what: 'Starting workflows, following them, looking at hosts',
      imports: ['questions', 'progress', 'terminal'],
    },
    questions: { what: 'Asking the person at the terminal', imports: ['terminal'] },
    progress: { what: 'Progress as lines', imports: [] },
    terminal: { what: 'The terminal, exit codes, errors', imports: [] },
  },
};
