import { csv } from './csv.ts';
import { customColumns } from './custom-columns.ts';
import { json } from './json.ts';
import { jsonpath } from './jsonpath.ts';
import { markdown } from './markdown.ts';
import { name } from './name.ts';
import type { Renderer, TemplateFormat } from './renderer.ts';
import { table } from './table.ts';
import { wide } from './wide.ts';
import { yaml } from './yaml.ts';

/** Every output format. */
export const RENDERERS: readonly Renderer[] = [table, wide, json, yaml, name, markdown, csv];

/** Every format that takes an expression. */
export const TEMPLATES: readonly TemplateFormat[] = [jsonpath, customColumns];
