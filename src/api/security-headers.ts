const policy = [
	"default-src 'none'",
	"script-src 'self'",
	"style-src 'self'",
	"img-src 'self' data:",
	"font-src 'self'",
	"connect-src 'self'",
	"manifest-src 'self'",
	"base-uri 'none'",
	"form-action 'self'",
	"frame-ancestors 'none'",
].join("; ");

/** Headers of every answer: no page of ours runs foreign or inline script, is framed, or tells others where it was. */
export function securityHeaders(tls: boolean): Readonly<Record<string, string>> {
	return {
		"content-security-policy": policy,
		"x-content-type-options": "nosniff",
		"x-frame-options": "DENY",
		"referrer-policy": "no-referrer",
		"cross-origin-opener-policy": "same-origin",
		"cross-origin-resource-policy": "same-origin",
		"permissions-policy": "camera=(), geolocation=(), microphone=()",
		...(tls ? { "strict-transport-security": "max-age=31536000" } : {}),
	};
}
