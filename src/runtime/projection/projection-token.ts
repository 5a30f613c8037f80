/** Under which token Nest knows a running projection. */
export const tokenOf = (projection: string): string => `leftfold:projection:${projection}`;
