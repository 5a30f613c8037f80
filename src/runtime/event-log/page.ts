/** At most so many events are handed out at a time, so that reading a long log takes little memory. */
export const PAGE_SIZE = 1000;
