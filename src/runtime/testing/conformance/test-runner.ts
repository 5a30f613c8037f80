/** The one place that names the test runner, since its globals differ from user to user. */
export { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
