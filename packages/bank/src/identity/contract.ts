export { builtInRoles } from './built-in-roles.ts';
export { loginClaimed, loginFailed, loginFailuresCleared } from './login/events.ts';
