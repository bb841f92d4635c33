/** The hatch that stands for "not modelled", which is not zero. */

export const HATCH_ID = "not-modelled";
export const HATCH_URL = `url(#${HATCH_ID})`;
