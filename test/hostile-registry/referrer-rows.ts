import { imageOf, INDEX, reattach, sha256 } from './content.ts';
import { FOREIGN, index, listed, many, nested, referrer } from './documents.ts';
import type { Behaviour } from './hosts.ts';
import { honestWith, MANIFEST_BY_DIGEST, REFERRERS, type Row, says } from './row.ts';

const pages: Behaviour = (response, request) => {
  const { url = '' } = request;
  const page = Number(new URL(url, 'http://x').searchParams.get('n') ?? '0') + 1;
  listed(index([]), { link: `<${url.split('?')[0] ?? ''}?n=${String(page)}>; rel="next"` })(
    response,
    request,
    () => undefined,
  );
};
/** A hundred requests one after the other take their time on a busy machine. */
const PATIENT = ['--timeout=60s'];

/** Lists of referrers, and referrers, that are not what they must be. */
export const REFERRER_ROWS: readonly Row[] = [
  {
    name: 'the referrers have a million levels',
    answers: [[REFERRERS, listed(nested(500_000))]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a referrer served as another type',
    answers: [[MANIFEST_BY_DIGEST, honestWith({ 'content-type': INDEX })]],
    reason: 'RegistryResponseInvalid',
  },
  { name: '10,000 referrers', answers: [[REFERRERS, listed(many(10_000))]], reason: 'LimitExceeded' },
  { name: '1,001 referrers', answers: [[REFERRERS, listed(many(1_001))]], reason: 'LimitExceeded' },
  { name: 'pages without end', answers: [[REFERRERS, pages]], reason: 'LimitExceeded' },
  {
    name: 'a page that is its own next',
    answers: [
      [
        REFERRERS,
        (response, request) =>
          listed(index([]), { link: `<${request.url ?? ''}>; rel="next"` })(
            response,
            request,
            () => undefined,
          ),
      ],
    ],
    flags: PATIENT,
    reason: 'LimitExceeded',
  },
  {
    name: 'a next page on another host',
    answers: [
      [
        REFERRERS,
        listed(index([]), { link: '<https://other.example/v2/shop/payment/referrers/x>; rel="next"' }),
      ],
    ],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a next page over plain HTTP',
    answers: [[REFERRERS, listed(index([]), { link: '<http://registry.example/v2/>; rel="next"' })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a next page with credentials',
    answers: [[REFERRERS, listed(index([]), { link: '<https://a:b@registry.example/v2/>; rel="next"' })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a next page that is no address',
    answers: [[REFERRERS, listed(index([]), { link: '<https://[>; rel="next"' })]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a Link of thousands of brackets',
    answers: [[REFERRERS, listed(index([]), { link: `<${'<>;'.repeat(4000)}>; rel="next"` })]],
    flags: PATIENT,
    reason: 'LimitExceeded',
  },
  {
    name: 'a referrer of another image',
    ...referrer((manifest) => ({ ...manifest, subject: FOREIGN })),
    status: 'fail',
    reason: 'SignatureForOtherImage',
  },
  {
    name: 'a referrer of nothing',
    ...referrer(({ subject: _, ...manifest }) => manifest),
    status: 'fail',
    reason: 'SignatureForOtherImage',
  },
  {
    name: 'a fallback index with entries of another image',
    content: (content) => {
      reattach(content, (manifest) => ({ ...manifest, subject: FOREIGN }));
      const image = imageOf(content);
      const body = Buffer.from(JSON.stringify(index(content.referrers.get(image) ?? [])));
      const tag = image.replace(':', '-');
      content.blobs.set(sha256(body), body);
      content.types.set(sha256(body), INDEX);
      content.tags.set(tag, sha256(body));
    },
    answers: [[REFERRERS, says(404)]],
    status: 'fail',
    reason: 'SignatureForOtherImage',
  },
  {
    name: 'a fallback index that is a manifest',
    content: (content) => {
      content.tags.set(imageOf(content).replace(':', '-'), imageOf(content));
    },
    answers: [[REFERRERS, says(404)]],
    reason: 'RegistryResponseInvalid',
  },
  {
    name: 'a referrer that is an index',
    ...referrer(({ subject }) => ({ ...index([]), subject })),
    answers: [[MANIFEST_BY_DIGEST, honestWith({ 'content-type': INDEX })]],
    reason: 'EvidenceUnsupported',
  },
  {
    name: 'a referrer with a member twice',
    ...referrer((manifest) => JSON.stringify(manifest).replace('{', '{"layers":[],')),
    reason: 'RegistryResponseInvalid',
  },
  ...['../../x', 'sha256:../x', `sha256:${'a'.repeat(64)}\r\nx: y`].map((digest): Row => ({
    name: `a referrer named ${JSON.stringify(digest.slice(0, 12))}`,
    answers: [[REFERRERS, listed(index([{ ...FOREIGN, digest }]))]],
    reason: 'RegistryResponseInvalid',
  })),
  {
    name: 'a list of referrers that is as it should be, beside a member of 101 levels',
    answers: [
      [
        REFERRERS,
        (_response, _request, honest) =>
          honest((answer) => {
            const body = answer.body.toString().replace('{', `{"x":${nested(101)},`);
            const headers = { ...answer.headers, 'content-length': String(body.length) };
            return { ...answer, headers, body: Buffer.from(body) };
          }),
      ],
    ],
    reason: 'RegistryResponseInvalid',
  },
];
