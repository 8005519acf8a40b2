import { AppError, type AppErrorOptions } from "../../../core/app-error.ts";
import { retryAfterMs } from "./retry-after.ts";
import { readStatus, type Status, type StatusCause } from "./status.ts";
import type { Answer } from "./transport.ts";

/** What a request was about. */
export interface Subject {
	/** `Deployment shop/web`, `the list of Pods`. */
	readonly title: string;
	/** True where values must not show: messages of the server may quote them. */
	readonly isSecret?: boolean;
	/** Group and kind, where a type is spoken of. */
	readonly type?: string;
}

type Rest = Omit<AppErrorOptions, "code" | "kind">;

/** The AppError for an answer that is no success. */
export function statusError(answer: Answer, subject: Subject): AppError {
	const status = readStatus(answer);
	const text = subject.isSecret === true ? withoutValues(status.message) : status.message;
	const causes =
		subject.isSecret === true ? status.causes.map((cause) => ({ ...cause, message: withoutValues(cause.message) })) : status.causes;
	const first = causes.find(({ field }) => field !== undefined)?.field?.replace(/^\./u, "");
	const field = first === undefined ? {} : { field: first };
	const make = (code: string, kind: AppErrorOptions["kind"], message: string, rest: Rest = {}): AppError =>
		new AppError(`${subject.title} ${message}`, { code, kind, ...field, ...rest });
	return fromWebhook(text, make) ?? fromStatus(answer, { ...status, message: text, causes }, subject, make);
}

const typed = /failed to (?:create typed patch object|create manager for existing fields|convert new object)/u;

type Make = (code: string, kind: AppErrorOptions["kind"], message: string, rest?: Rest) => AppError;

function fromWebhook(text: string, make: Make): AppError | undefined {
	const refused = /admission webhook "(?<name>[^"]+)" denied the request(?:: (?<why>.*)| without explanation)?/su.exec(text)?.groups;
	if (refused !== undefined) {
		return make(
			"WebhookRefused",
			"denied",
			`was refused by the webhook ${refused["name"]}: ${short(refused["why"] ?? "it did not say why")}`,
			{
				hint: "What it says has to be mended in the manifest, or the webhook's rules by whoever owns it.",
			},
		);
	}
	const policy = /ValidatingAdmissionPolicy '(?<name>[^']+)'.* denied request: (?<why>.*)/su.exec(text)?.groups;
	if (policy !== undefined) {
		return make(
			"AdmissionRefused",
			"denied",
			`was refused by the ValidatingAdmissionPolicy ${policy["name"]}: ${short(policy["why"] ?? "")}`,
		);
	}
	const conversion = /conversion webhook for (?<name>\S+, Kind=\S+) failed: (?<why>.*)/su;
	const failed = (/failed calling webhook "(?<name>[^"]+)": (?<why>.*)/su.exec(text) ?? conversion.exec(text))?.groups;
	if (failed === undefined) return undefined;
	return make("WebhookFailed", "unavailable", `could not be checked by the webhook ${failed["name"]}: ${short(failed["why"] ?? "")}`, {
		hint: "The API server asks it before it takes such Objects: its Service and Pods have to be well.",
	});
}

function fromStatus(answer: Answer, status: Status, subject: Subject, make: Make): AppError {
	const { message, causes, details } = status;
	switch (answer.status) {
		case 400:
		case 413:
		case 415:
			return make("ManifestRefused", "invalid", `was refused: ${short(readable(message))}`, fieldOf(message));
		case 401:
			return make("Unauthorized", "denied", "cannot be asked for: the cluster does not know who asks", {
				hint: "The token or certificate is expired, revoked or of another cluster: renew it.",
			});
		case 403:
			return forbidden(message, causes, make);
		case 404:
			return notFound(message, status, subject, make);
		case 405:
			return make("MethodNotAllowed", "invalid", `does not allow this: ${short(message)}`);
		case 409:
			return conflict(message, status, make);
		case 410:
			return make("WatchExpired", "conflict", "can no longer be followed from where it was: it has to be listed anew");
		case 422:
			return invalid(message, causes, make);
		case 429:
			return make("ClusterOverloaded", "unavailable", "has to wait: the API server has too much to do", {
				hint: "Gitward tries again by itself.",
				retryAfterMs: retryAfterMs(answer.headers) ?? 1000,
			});
		case 504:
			return make("ClusterTimeout", "timeout", `was not done in time by the API server: ${short(message)}`);
		case 503: {
			const after = retryAfterMs(answer.headers);
			return make(
				"ClusterOverloaded",
				"unavailable",
				`could not be served: ${short(message)}`,
				after === undefined ? {} : { retryAfterMs: after },
			);
		}
		default: {
			// What does not fit the schema in a server-side apply is answered with a 500, though the manifest is at fault.
			if (typed.test(message)) return make("ManifestRefused", "invalid", `was refused: ${short(readable(message))}`, fieldOf(message));
			const isServer = answer.status >= 500;
			const what = `failed: the API server answered ${answer.status}${message === "" ? "" : `: ${short(message)}`}`;
			return make(
				isServer ? "ClusterFailed" : "ClusterRefused",
				isServer ? "unavailable" : "invalid",
				what,
				details === undefined ? {} : {},
			);
		}
	}
}

function forbidden(message: string, causes: readonly StatusCause[], make: Make): AppError {
	const quota = /exceeded quota: (?<quota>[^,]+), (?<numbers>.*)/su.exec(message)?.groups;
	if (quota !== undefined) {
		return make("QuotaExceeded", "denied", `exceeds the quota ${quota["quota"]}: ${short(quota["numbers"] ?? "")}`, {
			hint: "Ask for less, or raise the ResourceQuota.",
		});
	}
	const terminating = causes.find(({ reason }) => reason === "NamespaceTerminating")?.field ?? "";
	if (terminating !== "" || /because it is being terminated/u.test(message)) {
		const error = make("NamespaceTerminating", "unavailable", "cannot be made: its namespace is being deleted", {
			hint: "It goes on when the namespace is gone; one that stays that way holds Objects whose finalizers nobody removes.",
		});
		return error;
	}
	// What RBAC says is a whole sentence: User "x" cannot patch resource "y" in API group "z" in the namespace "n".
	const who = /User "(?<user>[^"]*)" cannot (?<verb>\S+) resource "(?<resource>[^"]*)" in API group "(?<group>[^"]*)"/u.exec(
		message,
	)?.groups;
	if (who !== undefined) {
		const resource = who["group"] === "" ? who["resource"] : `${who["resource"]}.${who["group"]}`;
		return make("Forbidden", "denied", `is forbidden: ${who["user"]} may not ${who["verb"]} ${resource}`, {
			hint: `Give ${who["user"]} a Role with the verb ${who["verb"]} on ${resource}.`,
		});
	}
	const plain = /is forbidden: (?<why>.*)/su.exec(message)?.groups?.["why"] ?? message;
	return make(
		/cannot |not allowed to |attempting to grant/u.test(plain) ? "Forbidden" : "AdmissionRefused",
		"denied",
		`is forbidden: ${short(plain)}`,
	);
}

function notFound(message: string, { details, isStatus }: Status, subject: Subject, make: Make): AppError {
	const isNamespace = subject.type?.startsWith("Namespace,") === true;
	if (details?.kind === "namespaces" && details.name !== undefined && !isNamespace) {
		return make("NamespaceNotFound", "notFound", `has no namespace: there is no ${details.name}`, {
			hint: "Desire the Namespace too, or let the Application make it: createNamespace.",
		});
	}
	if (!isStatus || details?.name === undefined || /could not find the requested resource/u.test(message)) {
		return make(
			"UnknownKind",
			"denied",
			`is of a kind that the cluster does not know${subject.type === undefined ? "" : `: ${subject.type}`}`,
			{
				hint: "Its CustomResourceDefinition is missing, or does not serve this version.",
			},
		);
	}
	return make("ObjectNotFound", "notFound", "does not exist");
}

function conflict(message: string, { reason, causes }: Status, make: Make): AppError {
	const owned = causes.filter(({ reason }) => reason === "FieldManagerConflict");
	if (owned.length > 0) {
		const byManager = Map.groupBy(
			owned,
			({ message }) => /conflict with "(?<name>[^"]*)"/u.exec(message)?.groups?.["name"] ?? "another manager",
		);
		const parts = [...byManager].map(([manager, list]) => `${manager} owns ${fieldList(list)}`);
		return make("FieldConflict", "conflict", `has fields that others own: ${parts.join("; ")}`, {
			hint: "Leave these fields out of the manifest, or take them with conflicts: force.",
		});
	}
	if (reason === "AlreadyExists") return make("AlreadyExists", "conflict", "exists already");
	if (/UID in the precondition/u.test(message)) {
		return make("UidConflict", "conflict", "is another one by now: it was deleted and made anew");
	}
	if (/namespace .* being terminated|object is being deleted/u.test(message))
		return make("ObjectDeleting", "unavailable", "is being deleted");
	return make("ObjectChanged", "conflict", `was changed by somebody else at the same time: ${short(message)}`);
}

const immutable = /immutable|may not (?:be )?change|updates to .+ (?:is|are) forbidden|can ?not (?:be )?(?:change|update|modif)/iu;

function invalid(message: string, causes: readonly StatusCause[], make: Make): AppError {
	const fixed = causes.filter((cause) => immutable.test(cause.message));
	if (fixed.length > 0 && fixed.length === causes.length) {
		const [first] = fixed;
		return make("FieldImmutable", "invalid", `has fields that cannot be changed: ${fieldList(fixed)}`, {
			...(first?.field === undefined ? {} : { field: first.field }),
			hint: "Only a replacement leads there: replace: immutable allows it, and deletes the Object first.",
		});
	}
	if (causes.length === 0) return make("ManifestRefused", "invalid", `is invalid: ${short(message.replace(/^.* is invalid: /su, ""))}`);
	const shown = causes.slice(0, 5).map(({ field, message }) => (field === undefined ? message : `${field}: ${message}`));
	const more = causes.length > shown.length ? `; and ${causes.length - shown.length} more` : "";
	return make("ManifestRefused", "invalid", `is invalid: ${short(shown.join("; "))}${more}`);
}

/** The field that a decoding error speaks of. */
function fieldOf(message: string): Rest {
	const name = /(?:unknown field "|duplicate field "|\): (?:errors:\s+)?\.)(?<field>[^":\s]+)/u.exec(message)?.groups?.["field"];
	return name === undefined ? {} : { field: name };
}

function fieldList(causes: readonly StatusCause[]): string {
	const fields = [...new Set(causes.flatMap(({ field }) => (field === undefined ? [] : [field.replace(/^\./u, "")])))];
	return fields.length > 6 ? `${fields.slice(0, 6).join(", ")} and ${fields.length - 6} more` : fields.join(", ");
}

/** Without the layers that decoding wraps around what is wrong. */
function readable(message: string): string {
	return message
		.replace(/^.*?failed to create (?:manager for existing fields: .*?|typed patch object \([^)]*\)): (?:errors:\s+)?/su, "")
		.replace(/^failed to convert new object .*?error decoding from json: /su, "")
		.replaceAll(/&value\.valueUnstructured\{Value:(?<value>[^}]*)\}/gu, "$<value>")
		.replace(/^\./u, "");
}

/** Values that a message quotes are those of a Secret. */
function withoutValues(message: string): string {
	return message
		.replace(/&value\.valueUnstructured\{.*/su, "another type")
		.replaceAll(/(?<lead>(?:Invalid|Unsupported|Duplicate) value: )(?:"(?:[^"\\]|\\.)*"|[^:;]*)/gsu, "$<lead>***")
		.replaceAll(/(?<lead>illegal base64 data at input byte \d+|cannot unmarshal \S+)(?:.(?!into))*/gsu, "$<lead>");
}

function short(text: string): string {
	const flat = text.replaceAll(/\s+/gu, " ").trim();
	return flat.length > 600 ? `${flat.slice(0, 599)}…` : flat;
}
