import { tokenOfFragment } from "../../../src/client/login-link.ts";

/** The token of the link that one came by; it leaves the address, and so the browser's history, at once. */
export function takeToken(): string | undefined {
	const token = tokenOfFragment(location.hash);
	if (token !== undefined) history.replaceState(null, "", location.pathname + location.search);
	return token;
}
