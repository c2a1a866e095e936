import { expect, it } from 'vitest';
import { isOfRelease } from './release.ts';

it.each([
  ['PyPI', null, true],
  ['Debian', 'debian-12', true],
  ['Debian:12', 'debian-12', true],
  ['Debian:12', 'debian-12.5', true],
  ['Debian:12', 'debian-11', false],
  ['Debian:1', 'debian-12', false],
  ['Debian:12', null, null],
  ['Debian:12', 'debian-sid', null],
  ['Alpine:v3.19', 'alpine-3.19.1', true],
  ['Alpine:v3.19', '3.19.1', true],
  ['Alpine:v3.19', '3.2', false],
  ['Alpine:v3.19', 'alpine-3', null],
  ['Alpine:edge', 'alpine-3.19', null],
  ['Ubuntu:22.04:LTS', 'ubuntu-22.04', true],
  ['Ubuntu:Pro:22.04:LTS', 'ubuntu-22.04', true],
  ['Ubuntu:22.04:LTS', 'ubuntu-22.10', false],
  ['Red Hat:enterprise_linux:9::baseos', 'rhel-9.2', true],
  ['Red Hat:enterprise_linux:8::baseos', 'rhel-9.2', false],
  ['Red Hat:rhel_eus:9.2::appstream', 'rhel-9.2', true],
  ['Red Hat:rhel_eus:9.2::appstream', 'rhel-9.4', false],
  ['Red Hat:openshift:4.12::el8', 'rhel-8.6', null],
  ['Red Hat:openshift:4.12::el8', 'rhel-9.2', false],
  ['Red Hat:openshift:4.12::el8', null, null],
  ['Red Hat:rhel_software_collections:3::el7', 'rhel-7.9', null],
  ['Red Hat:satellite:6.13', 'rhel-8.6', null],
  ['SUSE:Manager Server 4.3', 'sles-15.4', null],
  ['SUSE:Linux Enterprise Server 12', 'sles-15', false],
  ['Rocky Linux:9', 'rocky-9.3', true],
  ['SUSE:Linux Enterprise Server 15 SP4', 'sles-15.4', null],
])('%s and %s: %s', (ecosystem, distro, is) => {
  expect(isOfRelease(ecosystem, distro)).toBe(is);
});
