import { expect, it } from 'vitest';
import { readDocuments } from './document.ts';
import { field, whole } from './place.ts';
import { podImages } from './pod-images.ts';

function read(spec: string): ReturnType<typeof podImages> {
  const [document] = readDocuments(`spec:\n${spec.replace(/^/gm, '  ')}`, 'pod.yaml').documents;
  return podImages(field(whole(document!), 'spec'));
}

it('finds the images of every kind of container and of image volumes', () => {
  const { containers, gaps } = read(`
initContainers:
- {name: sidecar, image: proxy, restartPolicy: Always}
containers:
- name: app
  image: app:v1
ephemeralContainers:
- {name: debug, image: busybox}
volumes:
- {name: none, emptyDir: {}}
- {name: block, rbd: {image: no-container-image}}
- name: models
  image: {reference: models:v2, pullPolicy: Always}`);
  expect(gaps).toEqual([]);
  expect(containers.map(({ type, name, image, field }) => [type, name, image, field])).toEqual([
    ['init', 'sidecar', 'proxy', 'spec.initContainers[0].image'],
    ['container', 'app', 'app:v1', 'spec.containers[0].image'],
    ['ephemeral', 'debug', 'busybox', 'spec.ephemeralContainers[0].image'],
    ['image-volume', 'models', 'models:v2', 'spec.volumes[2].image.reference'],
  ]);
  expect(containers.map(({ location }) => location?.line)).toEqual([4, 7, 9, 14]);
});

it.each<[string, string, string]>([
  ['a number', '- {name: a, image: 42}', '2: spec.containers[1].image must be a string, found the number 42'],
  [
    'a boolean',
    '- {name: a, image: on}',
    '2: spec.containers[1].image must be a string, found the boolean true',
  ],
  ['a list', '- {name: a, image: [x]}', '2: spec.containers[1].image must be a string, found a list'],
  ['an object', '- {name: a, image: {}}', '2: spec.containers[1].image must be a string, found an object'],
  [
    'an empty image',
    '- {name: a, image: ""}',
    '2: spec.containers[1].image must not be empty, found an empty text',
  ],
  [
    'a blank image',
    '- {name: a, image: " "}',
    '2: spec.containers[1].image must not be empty, found the text " "',
  ],
  ['a missing image', '- {name: a}', '2: spec.containers[1].image must name an image, found nothing'],
  ['a null image', '- {name: a, image: }', '2: spec.containers[1].image must name an image, found null'],
  ['a null container', '- ~', '2: spec.containers[1] must be an object, found null'],
  ['a text as container', '- nginx', '2: spec.containers[1] must be an object, found the text "nginx"'],
])('reports %s, and still finds the containers around it', (_, item, message) => {
  const { containers, gaps } = read(
    `containers:\n- {name: first, image: one}\n${item}\n- {name: last, image: two}`,
  );
  expect(containers.map(({ image }) => image)).toEqual(['one', 'two']);
  const [line = '', ...rest] = message.split(':');
  expect(gaps).toMatchObject([
    {
      scope: 'file',
      name: 'pod.yaml',
      wrongInput: true,
      reason: 'InputInvalid',
    },
  ]);
  expect(gaps[0]?.remediation).toBeTypeOf('string');
  expect(gaps[0]?.message).toBe(`pod.yaml:${Number(line) + 2}:${rest.join(':')}`);
});

it.each<[string, string, string[]]>([
  [
    'containers that are no list',
    'containers: {name: a, image: b}',
    ['2: spec.containers must be a list, found an object'],
  ],
  ['missing containers', 'volumes: []', ['1: spec.containers must be a list, found nothing']],
  ['null containers', 'containers:', ['2: spec.containers must be a list, found null']],
  [
    'init containers that are no list',
    'containers: []\ninitContainers: x',
    ['3: spec.initContainers must be a list, found the text "x"'],
  ],
  ['null init containers, which are none', 'containers: []\ninitContainers: ~\nvolumes:', []],
  [
    'an image volume that is no object',
    'containers: []\nvolumes: [{name: v, image: x}]',
    ['3: spec.volumes[0].image must be an object, found the text "x"'],
  ],
  [
    'an image volume without a reference',
    'containers: []\nvolumes: [{name: v, image: {}}]',
    ['3: spec.volumes[0].image.reference must name an image, found nothing'],
  ],
])('judges %s', (_, spec, messages) => {
  expect(read(spec).gaps.map(({ message }) => message)).toEqual(
    messages.map((message) => `pod.yaml:${message}`),
  );
});

it('takes the place for the name of a container that has none', () => {
  expect(read('containers: [{image: a}, {name: 3, image: b}]').containers.map(({ name }) => name)).toEqual([
    'containers[0]',
    'containers[1]',
  ]);
});

it('reads no inherited property as a field', () => {
  const { gaps } = read('containers: [{name: constructor}]\ntoString: x');
  expect(gaps).toHaveLength(1);
});
