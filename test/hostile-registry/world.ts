/** What names resolve to, answer by answer, and which loopback port listens for `address:port`. */
export interface Internet {
  readonly names: Readonly<Record<string, readonly (readonly string[])[]>>;
  readonly servers: Readonly<Record<string, number>>;
}

/** Who listens: the registry that is asked, another host and a token service on the internet, and a host that nobody may be sent to. */
export const ROLES = ['registry', 'other', 'auth', 'inside'] as const;
export type Role = (typeof ROLES)[number];

const AUTH = '93.184.216.36';
const OTHER = '93.184.216.35';

/** Names, and where they lie: `corp` is a registry in a private network, `near` its neighbour. */
export const NAMES: Internet['names'] = {
  'registry.example': [['93.184.216.34']],
  'other.example': [[OTHER]],
  'auth.example': [[AUTH]],
  'both.example': [['10.0.0.5', OTHER]],
  'rebinding.example': [[OTHER], ['10.0.0.5']],
  'private.example': [['10.0.0.5']],
  'home.example': [['192.168.1.1']],
  'ula.example': [['fd00::5']],
  'cgnat.example': [['100.64.0.5']],
  'loop.example': [['127.0.0.1']],
  'loop6.example': [['::1']],
  'mapped.example': [['::ffff:10.0.0.5']],
  'nat64.example': [['64:ff9b::a9fe:a9fe']],
  'metadata.example': [['169.254.169.254']],
  'multicast.example': [['224.0.0.5']],
  'zero.example': [['0.0.0.0']],
  'corp.example': [['10.0.0.7']],
  'near.example': [['10.0.0.5']],
};

const PLACES: Readonly<Record<Role, readonly string[]>> = {
  registry: ['93.184.216.34', '10.0.0.7'],
  other: [OTHER],
  auth: [AUTH],
  inside: [
    '10.0.0.5',
    '192.168.1.1',
    'fd00::5',
    '100.64.0.5',
    '127.0.0.1',
    '::1',
    '::ffff:10.0.0.5',
    '::ffff:127.0.0.1',
    '::ffff:7f00:1',
    '64:ff9b::a9fe:a9fe',
    '169.254.169.254',
    '224.0.0.5',
    '0.0.0.0',
  ],
};

/** Every address with ports 443 and 80, and the loopback port of who listens there. */
export function serversOf(
  ports: Readonly<Record<Role, { tls: number; plain: number }>>,
): Internet['servers'] {
  return Object.fromEntries(
    ROLES.flatMap((role) =>
      PLACES[role].flatMap((address) => [
        [`${address}:443`, ports[role].tls] as const,
        [`${address}:80`, ports[role].plain] as const,
      ]),
    ),
  );
}

export const INSIDE: ReadonlySet<string> = new Set(PLACES.inside);

const PUBLIC = new Set([
  'registry.example',
  'other.example',
  'auth.example',
  'both.example',
  'rebinding.example',
  'corp.example',
]);

/** How a registry may spell a host that nobody may be sent to. */
export const FORMS: readonly string[] = [
  '127.0.0.1',
  '127.1',
  '2130706433',
  '0x7f000001',
  '017700000001',
  'localhost',
  'x.localhost',
  '[::1]',
  '[::]',
  '0.0.0.0',
  '[::ffff:127.0.0.1]',
  '[::ffff:10.0.0.5]',
  '[64:ff9b::a9fe:a9fe]',
  '[fd00::5]',
  '[fe80::1]',
  '10.0.0.5',
  '172.16.0.5',
  '192.168.1.1',
  '100.64.0.5',
  '169.254.169.254',
  '100.100.100.200',
  '224.0.0.5',
  ...Object.keys(NAMES).filter((name) => !PUBLIC.has(name)),
];
