import { spawnSync } from 'node:child_process';

/** Audits the images of testdata/ without a network: some pass, some fail, some cannot be known. */
const PROGRAM = 'dist/kubectl-supplychain';
const SHOP = [
  'audit',
  '-f',
  'testdata/manifests',
  '--evidence',
  'testdata/layout',
  '--policy',
  'testdata/policy.yaml',
];

process.stdout.write(`$ kubectl supplychain ${SHOP.join(' ')}\n\n`);
const { status } = spawnSync(PROGRAM, SHOP, { stdio: 'inherit' });
process.stdout.write(`
The exit code is ${status}: 1 means that something violates the policy.

Try next:
  # as kubectl would call it
  PATH=$PWD/dist:$PATH kubectl supplychain ${SHOP.join(' ')}

  # one image, and everything that is known of it
  dist/kubectl-supplychain verify registry.example.com/shop/cart:v1 --evidence testdata/layout --policy testdata/policy.yaml -o json

  # who runs express before 4.20.0, and of which images nobody can say
  dist/kubectl-supplychain sweep ${SHOP.slice(1).join(' ')} --package pkg:npm/express --below 4.20.0

  # the same images before anybody has written a policy
  dist/kubectl-supplychain audit -f testdata/manifests --evidence testdata/layout --policy none

  # your own manifests, with your registries
  dist/kubectl-supplychain audit -f DIR --policy none
`);
// A demonstration that shows violations has done its work; anything else has not.
process.exitCode = status === 1 ? 0 : 1;
