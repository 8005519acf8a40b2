import { createClient } from "../../../src/client/client.ts";

/** The API of the page's own origin; the session's cookie speaks for it. */
export const client = createClient({ url: "" });
