import { describe, expect, it } from 'vitest';
import type { ComponentLayer, MatchedComponent } from './component-hit.ts';
import { component } from './component.fixture.ts';
import { NO_LAYER, placedTogether } from './layer-origin.ts';

const BASE = 'docker.io/library/debian@sha256:1';

function placed(...layers: readonly ComponentLayer[]): MatchedComponent {
  const origin = layers[0]?.origin ?? 'unknown';
  const unknown = layers.length > 0 ? 'nobody says' : NO_LAYER;
  return component({
    layer: layers[0]?.digest ?? null,
    layers,
    origin,
    originReason: origin === 'unknown' ? unknown : null,
    base: origin === 'unknown' ? null : BASE,
  });
}

function layer(digest: string, origin: ComponentLayer['origin'], index = 0): ComponentLayer {
  return { digest, index, createdBy: null, origin };
}

describe('a component that several SBOMs have', () => {
  const inBase = placed(layer('a', 'base'));
  const inApp = placed(layer('b', 'application', 1));
  it('is where those say that name a layer', () => {
    expect(placedTogether([placed(), inBase, inBase])).toEqual({
      layer: 'a',
      layers: [layer('a', 'base')],
      origin: 'base',
      originReason: null,
      base: BASE,
    });
    expect(placedTogether([placed(), placed()])).toMatchObject({ layers: [], originReason: NO_LAYER });
  });

  it('is in both where one has it in the base image and one in the application', () => {
    expect(placedTogether([inBase, inApp])).toMatchObject({
      layers: [layer('a', 'base'), layer('b', 'application', 1)],
      origin: 'unknown',
      originReason: 'it is in a layer of the base image and in one of the application',
      base: BASE,
    });
  });

  it('is where one knows that finds it in no database of all packages', () => {
    const rewritten = { ...placed(), layer: 'c', originReason: 'it may have been there before' };
    expect(placedTogether([rewritten, inBase])).toMatchObject({ origin: 'base', originReason: null });
    expect(placedTogether([placed(), rewritten])).toEqual({
      layer: 'c',
      layers: [],
      origin: 'unknown',
      originReason: rewritten.originReason,
      base: null,
    });
  });

  it('is unknown where that is so of one of its layers', () => {
    const unknown = placed(layer('c', 'unknown', 2));
    expect(placedTogether([inBase, unknown])).toMatchObject({
      origin: 'unknown',
      originReason: 'nobody says',
    });
  });
});
