import { describe, expect, it } from 'vitest';
import { cutEnd, cutStart, displayWidth } from './display-width.ts';

const E_ACUTE = 'e\u0301';

describe('displayWidth', () => {
  it.each([
    ['nothing', '', 0],
    ['ASCII', 'shop/cart', 9],
    ['letters with accents', 'café', 4],
    ['an accent of its own', `caf${E_ACUTE}`, 4],
    ['wide letters', '購物車', 6],
    ['an emoji', '🚢', 2],
    ['an ellipsis', '…', 1],
  ])('counts %s', (_name, text, width) => {
    expect(displayWidth(text)).toBe(width);
  });
});

describe('cutting', () => {
  it.each([
    ['what fits', 'cart', 4, 'cart', 'cart'],
    ['ASCII', 'cart-service', 6, 'cart-…', '…rvice'],
    ['wide letters', '購物車服務', 6, '購物…', '…服務'],
    ['wide letters where half of one would fit', '購物車服務', 5, '購物…', '…服務'],
    ['no letter apart from its accent', `x${E_ACUTE}${E_ACUTE}x`, 3, `x${E_ACUTE}…`, `…${E_ACUTE}x`],
    ['to nothing', 'cart', 1, '…', '…'],
  ])('cuts %s', (_name, text, width, end, start) => {
    expect(cutEnd(text, width)).toBe(end);
    expect(cutStart(text, width)).toBe(start);
    expect(displayWidth(end)).toBeLessThanOrEqual(width);
    expect(displayWidth(start)).toBeLessThanOrEqual(width);
  });
});
