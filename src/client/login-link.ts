/** The link that logs the dashboard in. The token stands in the fragment, which browsers send to no server and write in no Referer. */
export function loginLink(url: string, token: string): string {
	return `${url}/#token=${encodeURIComponent(token)}`;
}

/** The token of a login link's fragment, `#token=…`; undefined where there is none. */
export function tokenOfFragment(fragment: string): string | undefined {
	return new URLSearchParams(fragment.replace(/^#/u, "")).get("token") ?? undefined;
}
