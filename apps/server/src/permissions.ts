import { builtInRoles } from '@finaegis/bank/identity/contract';
import { mayCall } from '@finaegis/platform/auth/principal';
import { declaredModules } from './modules.ts';
import { publishedApi } from './server.ts';

// Prints who may call what; committed as docs/reference/permissions.md, compared by `npm run check`, and tried route by route and role by role in the tests.
const roles = Object.entries(builtInRoles);
const { routes } = publishedApi(declaredModules());
const asked = routes
  .filter(({ permission }) => permission !== 'public')
  .toSorted((a, b) => (a.path === b.path ? (a.method < b.method ? -1 : 1) : a.path < b.path ? -1 : 1));
const row = (cells: readonly string[]): string => `| ${cells.join(' | ')} |\n`;

process.stdout.write(
  [
    '# Who may call what\n\n',
    'Generated from the routes and the built-in roles. What a customer sees and does with a permission is bounded by its mandates, and what is marked ¹ is refused to it whatever it holds. `self` is for users who are logged in, each about itself; no role gives it and no key has it.\n\n',
    row(['route', 'permission', ...roles.map(([name]) => name)]),
    row(['---', '---', ...roles.map(() => '---')]),
    ...asked.map((route) =>
      row([
        `${route.method} ${route.path}${route.problems.includes('staff_only') ? ' ¹' : ''}`,
        route.permission,
        ...roles.map(([, role]) => (mayCall({ ...role, kind: 'key' }, route) ? 'yes' : '')),
      ]),
    ),
  ].join(''),
);
