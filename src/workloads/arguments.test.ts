import { expect, it } from 'vitest';
import { parseReference } from '../registry/reference.ts';
import { argumentImages } from './arguments.ts';
import { readDocuments } from './document.ts';
import { field, whole } from './place.ts';

function read(container: object | string): ReturnType<typeof argumentImages> {
  const text = typeof container === 'string' ? container : JSON.stringify(container);
  const [document] = readDocuments(text, 'pod.yaml').documents;
  return argumentImages(field(whole(document!)));
}

const DIGEST = `sha256:${'0123456789abcdef'.repeat(4)}`;

it('names the variable or flag, and says where its value stands', () => {
  const found = read(`
command: [operator, --sidecar-image, "quay.io/acme/sidecar:v2"]
args:
- --leader-elect
- --image=ghcr.io/acme/app:v1
env:
- {name: LOG_LEVEL, value: debug}
- name: RELATED_IMAGE_PROXY
  value: registry.example.com:5000/proxy@${DIGEST}
- {name: OTHER_IMAGE, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
`);
  expect(
    found.map(({ name, type, image, field, location }) => [name, type, image, field, location?.line]),
  ).toEqual([
    ['RELATED_IMAGE_PROXY', 'argument', `registry.example.com:5000/proxy@${DIGEST}`, 'env[1].value', 9],
    ['--sidecar-image', 'argument', 'quay.io/acme/sidecar:v2', 'command[2]', 2],
    ['--image', 'argument', 'ghcr.io/acme/app:v1', 'args[1]', 5],
  ]);
});

it.each<[string, string]>([
  ['RELATED_IMAGE_POSTGRES', 'docker.io/library/postgres:16'],
  ['PROXY_IMAGE', 'envoyproxy/envoy:v1.31.0'],
  ['IMAGE', 'ghcr.io/acme/app:v1'],
  ['image', 'ghcr.io/acme/app:v1'],
  ['sidecarImage', 'ghcr.io/acme/app:v1'],
  ['PROXY_IMAGE', 'quay.io/acme/proxy'],
  ['PROXY_IMAGE', 'localhost/proxy'],
  ['PROXY_IMAGE', 'localhost:5000/proxy'],
  ['PROXY_IMAGE', 'registry:5000/proxy'],
  ['PROXY_IMAGE', '[::1]:5000/proxy:v1'],
  ['PROXY_IMAGE', '10.0.0.1:5000/team/proxy:v1'],
  ['PROXY_IMAGE', 'acme/proxy:1.0-alpine_3'],
  ['PROXY_IMAGE', `acme/proxy@${DIGEST}`],
  ['PROXY_IMAGE', `quay.io/acme/proxy:v1@${DIGEST}`],
  ['PROXY_IMAGE', 'GHCR.IO/acme/proxy:v1'],
  ['BASE_IMAGE', 'gcr.io/distroless/static:nonroot'],
  ['OPERAND', `quay.io/acme/operand@${DIGEST}`],
  ['OPERAND', `operand@${DIGEST}`],
])('takes the variable %s=%s', (name, value) => {
  expect(read({ env: [{ name, value }] })).toMatchObject([{ name, image: value, field: 'env[0].value' }]);
  expect(parseReference(value).ok).toBe(true);
});

it.each<[string, string]>([
  ['a variable of another name', 'UPSTREAM=quay.io/acme/proxy:v1'],
  ['a repository that a tag is added to', 'IMAGE_REPOSITORY=quay.io/acme/proxy'],
  ['a tag', 'PROXY_IMAGE_TAG=v1.2.3'],
  ['a base without a tag', 'DEFAULT_BASE_IMAGE=quay.io/prometheus/prometheus'],
  ['a bare name', 'PROXY_IMAGE=nginx'],
  ['a name with a tag, or a host with a port', 'PROXY_IMAGE=nginx:8080'],
  ['a host with a port', 'PROXY_IMAGE=registry.example.com:5000'],
  ['a host', 'PROXY_IMAGE=registry.example.com'],
  ['two words', 'PROXY_IMAGE=acme/proxy'],
  ['a URL', 'PROXY_IMAGE=https://quay.io/acme/proxy:v1'],
  ['a URL of an image', 'PROXY_IMAGE=docker://quay.io/acme/proxy:v1'],
  ['a picture', 'HERO_IMAGE=cdn.example.com/hero.png'],
  ['a disk image', 'NODE_IMAGE=cloud.example.com/noble.qcow2'],
  ['an image of a cloud', 'NODE_IMAGE=projects/ubuntu-os-cloud/global/images/noble'],
  ['an absolute path', 'PROXY_IMAGE=/var/lib/images/proxy:v1'],
  ['a relative path', 'PROXY_IMAGE=./images/proxy:v1'],
  ['a version', 'PROXY_IMAGE=1.25.3'],
  ['an image ID', `PROXY_IMAGE=${DIGEST}`],
  ['a variable', 'PROXY_IMAGE=$(REGISTRY)/acme/proxy:v1'],
  ['a template', 'PROXY_IMAGE={{ .Values.image }}'],
  ['JSON', 'PROXY_IMAGE={"image":"quay.io/acme/proxy:v1"}'],
  ['a list', 'PROXY_IMAGE=quay.io/acme/a:v1,quay.io/acme/b:v1'],
  ['a boolean', 'PROXY_IMAGE=true'],
  ['nothing', 'PROXY_IMAGE='],
  ['white space around it', 'PROXY_IMAGE= quay.io/acme/proxy:v1'],
  ['an upper-case path', 'PROXY_IMAGE=quay.io/Acme/proxy:v1'],
  ['a path that is too long', `PROXY_IMAGE=quay.io/${'a'.repeat(256)}:v1`],
  ['a short digest', 'PROXY_IMAGE=quay.io/acme/proxy@sha256:0123'],
  ['a very long text', `PROXY_IMAGE=${'a-'.repeat(100_000)}`],
])('does not take %s', (_, variable) => {
  const [name = '', ...value] = variable.split('=');
  expect(read({ env: [{ name, value: value.join('=') }] })).toEqual([]);
});

it.each<[string[], string, string]>([
  [['--image=ghcr.io/acme/app:v1'], '--image', 'args[0]'],
  [['-image=ghcr.io/acme/app:v1'], '-image', 'args[0]'],
  [['--sidecar-image', 'ghcr.io/acme/app:v1'], '--sidecar-image', 'args[1]'],
  [['run', '--agent.proxy_image=ghcr.io/acme/app:v1'], '--agent.proxy_image', 'args[1]'],
  [['--proxyImage', 'ghcr.io/acme/app:v1'], '--proxyImage', 'args[1]'],
  [['--prometheus-config-reloader=ghcr.io/acme/app:v1'], '--prometheus-config-reloader', 'args[0]'],
])('takes the flag of %j', (args, name, at) => {
  expect(read({ args })).toMatchObject([{ name, image: 'ghcr.io/acme/app:v1', field: at }]);
});

it.each<[string, unknown]>([
  ['a flag of another name', ['--upstream=quay.io/acme/proxy:v1']],
  ['a word that follows no flag', ['image', 'quay.io/acme/proxy:v1']],
  ['a flag at the end', ['--image']],
  ['a flag before a flag', ['--image', '--other=quay.io/acme/proxy:v1']],
  ['a host and its port', ['--image=example.com:8080']],
  ['a script', ['kubectl run x --image=quay.io/acme/proxy:v1']],
  ['a number', ['--image', 42]],
  ['no list', 'x'],
  ['an empty value', ['--image=']],
])('does not take %s', (_, args) => {
  expect(read({ args })).toEqual([]);
});

it('follows a flag from the command to its value in the arguments', () => {
  expect(read({ command: ['run', '--image'], args: ['quay.io/acme/app:v1'] })).toMatchObject([
    { name: '--image', field: 'args[0]' },
  ]);
});

it('passes over an environment that is none', () => {
  expect(read({ env: [null, 'x', { name: 3, value: 'a.b/c' }, { value: 'a.b/c' }], args: {} })).toEqual([]);
});
