import { expect, it } from 'vitest';
import { isLoopback, type Place, placeOf, placeOfAddress } from './address.ts';

it.each<[string, Place | null]>([
  ['localhost', 'machine'],
  ['localhost:5000', 'machine'],
  ['LOCALHOST', 'machine'],
  ['x.localhost.', 'machine'],
  ['127.0.0.1:5000', 'machine'],
  ['127.8.8.8', 'machine'],
  ['127.0.0.1.', 'machine'],
  ['0x7f.1', 'machine'],
  ['2130706433', 'machine'],
  ['017700000001', 'machine'],
  ['[::1]:5000', 'machine'],
  ['[::ffff:127.0.0.1]', 'machine'],
  ['[64:ff9b::127.0.0.1]', 'machine'],
  ['10.0.0.1:5000', 'private'],
  ['172.16.0.1', 'private'],
  ['172.31.255.255', 'private'],
  ['192.168.0.1', 'private'],
  ['100.64.0.1', 'private'],
  ['198.18.0.1', 'private'],
  ['[fd00::1]', 'private'],
  ['[::ffff:10.0.0.1]', 'private'],
  ['[64:ff9b::10.0.0.1]', 'private'],
  ['169.254.169.254', 'reserved'],
  ['2852039166', 'reserved'],
  ['[::ffff:169.254.169.254]', 'reserved'],
  ['[64:ff9b::a9fe:a9fe]', 'reserved'],
  ['[64:ff9b:1::a9fe:a9fe]', 'reserved'],
  ['[2002:a9fe:a9fe::1]', 'reserved'],
  ['[2001:0:a9fe:a9fe::1]', 'reserved'],
  ['100.100.100.200', 'reserved'],
  ['168.63.129.16', 'reserved'],
  ['[fd00:ec2::254]', 'reserved'],
  ['[fe80::1]', 'reserved'],
  ['[fec0::1]', 'reserved'],
  ['[ff02::1]', 'reserved'],
  ['[::]', 'reserved'],
  ['[::127.0.0.1]', 'reserved'],
  ['0.0.0.0', 'reserved'],
  ['0', 'reserved'],
  ['224.0.0.1', 'reserved'],
  ['255.255.255.255', 'reserved'],
  ['8.8.8.8', 'public'],
  ['172.32.0.1', 'public'],
  ['[2606:4700::1111]', 'public'],
  ['[64:ff9b::8.8.8.8]', 'public'],
  ['[::ffff:8.8.8.8]', 'public'],
  ['ghcr.io', null],
  ['localhost.example.com', null],
  ['10.0.0.1.example.com', null],
])('knows where %s is', (host, place) => {
  expect(placeOf(host)).toBe(place);
  expect(isLoopback(host)).toBe(place === 'machine');
});

it('reads an address of a link with its interface', () => {
  expect(placeOfAddress('fe80::1%eth0')).toBe('reserved');
});
