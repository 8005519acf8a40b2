import type { Asking, Question } from "../../core/flow/questions.ts";
import type { History } from "../../ports/history.ts";
import type { SignalOption } from "../../ports/repository.ts";

/** Runs a computation that asks, with the answers of a history. */
export async function answer<T>(asking: Asking<T>, history: History, options: SignalOption = {}): Promise<T> {
	let step = asking.next();
	while (step.done !== true) {
		options.signal?.throwIfAborted();
		step = asking.next(await answerOne(step.value, history, options));
	}
	return step.value;
}

function answerOne(question: Question, history: History, options: SignalOption): Promise<unknown> {
	const reply = history[question.kind] as (asked: Question, given: SignalOption) => Promise<unknown>;
	return reply(question, options);
}
