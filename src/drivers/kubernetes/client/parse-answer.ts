import { AppError } from "../../../core/app-error.ts";
import type { Subject } from "./status-error.ts";
import type { Answer } from "./transport.ts";

/** The JSON of an answer that is a success. Its shape is the API's, which is not looked at again. */
// oxlint-disable-next-line typescript/no-unnecessary-type-parameters -- whoever asks knows what the API answers
export function parseAnswer<Body>({ text }: Answer, { title }: Subject): Body {
	try {
		return JSON.parse(text) as Body;
	} catch {
		throw new AppError(`${title}: the answer is no JSON. Is the address that of an API server?`, {
			code: "AnswerUnreadable",
			kind: "unavailable",
		});
	}
}
