import { describe, expect, it } from "vitest";
import { statusError } from "./status-error.ts";

const subject = { title: "Deployment shop/web", type: "Deployment, apps/v1" };
const of = (status: number, body: object | string, headers: Record<string, string> = {}) =>
	statusError({ status, headers, text: typeof body === "string" ? body : JSON.stringify({ kind: "Status", ...body }) }, subject);

describe("statusError", () => {
	it.each([
		[
			400,
			{ reason: "BadRequest", message: 'admission webhook "check.example.test" denied the request: replicas must be odd' },
			{
				code: "WebhookRefused",
				kind: "denied",
				message: "Deployment shop/web was refused by the webhook check.example.test: replicas must be odd",
			},
		],
		[
			403,
			{ reason: "Forbidden", message: 'admission webhook "check.example.test" denied the request without explanation' },
			{ code: "WebhookRefused", message: "Deployment shop/web was refused by the webhook check.example.test: it did not say why" },
		],
		[
			500,
			{
				reason: "InternalError",
				message:
					'Internal error occurred: failed calling webhook "check.example.test": failed to call webhook: Post "https://x": dial tcp: refused',
			},
			{ code: "WebhookFailed", kind: "unavailable" },
		],
		[
			422,
			{
				reason: "Invalid",
				message: `deployments.apps "web" is forbidden: ValidatingAdmissionPolicy 'small' with binding 'small' denied request: too many replicas`,
			},
			{
				code: "AdmissionRefused",
				kind: "denied",
				message: "Deployment shop/web was refused by the ValidatingAdmissionPolicy small: too many replicas",
			},
		],
		[
			403,
			{
				reason: "Forbidden",
				message: 'pods "a" is forbidden: violates PodSecurity "restricted:latest": allowPrivilegeEscalation != false',
			},
			{ code: "AdmissionRefused", kind: "denied" },
		],
		[
			403,
			{
				reason: "Forbidden",
				message:
					'roles.rbac.authorization.k8s.io "a" is forbidden: user "x" (groups=["y"]) is attempting to grant RBAC permissions not currently held',
			},
			{ code: "Forbidden", kind: "denied" },
		],
		[
			409,
			{ reason: "Conflict", message: "Operation cannot be fulfilled: the object has been modified" },
			{ code: "ObjectChanged", kind: "conflict" },
		],
		[409, { reason: "AlreadyExists", message: "exists" }, { code: "AlreadyExists", kind: "conflict" }],
		[410, { reason: "Expired", message: "too old" }, { code: "WatchExpired" }],
		[413, "Request entity too large: limit is 3145728", { code: "ManifestRefused", kind: "invalid" }],
		[
			422,
			{
				reason: "Invalid",
				message: "is invalid",
				details: {
					causes: [
						{ message: "Invalid value: 1: field is immutable", field: "spec.selector" },
						{ message: "Required value", field: "spec.template" },
					],
				},
			},
			{ code: "ManifestRefused", field: "spec.selector" },
		],
		[
			422,
			{
				reason: "Invalid",
				details: {
					causes: [{ message: "Forbidden: updates to statefulset spec for fields other than 'replicas' are forbidden", field: "spec" }],
				},
			},
			{ code: "FieldImmutable", field: "spec" },
		],
		[
			422,
			{ reason: "Invalid", details: { causes: [{ message: "Invalid value: {}: cannot change roleRef", field: "roleRef" }] } },
			{ code: "FieldImmutable", field: "roleRef" },
		],
		[503, "no endpoints available", { code: "ClusterOverloaded", kind: "unavailable", retryAfterMs: undefined }],
		[504, { reason: "Timeout", message: "request did not complete" }, { code: "ClusterTimeout", kind: "timeout" }],
		[500, "etcdserver: leader changed", { code: "ClusterFailed", kind: "unavailable" }],
		[418, "", { code: "ClusterRefused", kind: "invalid" }],
	])("%s %j", (status, body, expected) => {
		expect(of(status, body)).toMatchObject(expected);
	});

	it("gathers fields by manager", () => {
		const cause = (manager: string, field: string) => ({
			reason: "FieldManagerConflict",
			message: `conflict with "${manager}" using apps/v1`,
			field,
		});
		const causes = [cause("hpa", ".spec.replicas"), cause("kubectl", ".metadata.labels.a"), cause("kubectl", ".metadata.labels.b")];
		expect(of(409, { reason: "Conflict", details: { causes } })).toMatchObject({
			code: "FieldConflict",
			field: "spec.replicas",
			message: "Deployment shop/web has fields that others own: hpa owns spec.replicas; kubectl owns metadata.labels.a, metadata.labels.b",
		});
	});

	it("waits as long as it is asked to", () => {
		expect(of(429, "busy", { "retry-after": "7" })).toMatchObject({ code: "ClusterOverloaded", retryAfterMs: 7000 });
		expect(of(429, "busy", { "retry-after": "Fri, 31 Dec 1999 23:59:59 GMT" })).toMatchObject({ retryAfterMs: 1000 });
	});

	it("keeps messages short", () => {
		expect(of(400, { message: "x".repeat(10_000) }).message.length).toBeLessThan(700);
	});

	it("tells a missing object from a missing kind", () => {
		expect(
			of(404, { reason: "NotFound", message: 'deployments.apps "web" not found', details: { name: "web", kind: "deployments" } }),
		).toMatchObject({ code: "ObjectNotFound" });
		expect(of(404, { reason: "NotFound", message: "the server could not find the requested resource", details: {} })).toMatchObject({
			code: "UnknownKind",
		});
		expect(of(404, "404 page not found\n")).toMatchObject({ code: "UnknownKind", message: expect.stringContaining("Deployment, apps/v1") });
	});
});
