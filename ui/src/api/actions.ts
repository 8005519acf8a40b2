import { type UseMutationResult, useMutation, useQueryClient } from "@tanstack/react-query";
import { toAppError } from "../../../src/core/app-error.ts";
import { useTell } from "../parts/toasts.tsx";
import { client } from "./client.ts";
import { applicationQuery, applicationsQuery } from "./queries.ts";

/** What a person can ask of an Application. */
export type Action =
	| { readonly does: "sync"; readonly confirm?: string }
	| { readonly does: "rollback"; readonly to: string }
	| { readonly does: "suspend" | "resume" };

const said: Readonly<Record<Action["does"], (name: string) => string>> = {
	sync: (name) => `Sync of ${name} is asked for`,
	rollback: (name) => `${name} is being rolled back`,
	suspend: (name) => `${name} is suspended`,
	resume: (name) => `${name} goes on`,
};

async function run(name: string, action: Action): Promise<void> {
	const params = { name };
	switch (action.does) {
		case "sync":
			await client.call("syncApplication", { params, body: action.confirm === undefined ? {} : { confirm: action.confirm } });
			return;
		case "rollback":
			await client.call("rollbackApplication", { params, body: { to: action.to } });
			return;
		case "suspend":
			await client.call("suspendApplication", { params });
			return;
		case "resume":
			await client.call("resumeApplication", { params });
	}
}

/** Asks something of an Application and tells how it went. */
export function useAction(name: string): UseMutationResult<void, Error, Action> {
	const tell = useTell();
	const queries = useQueryClient();
	return useMutation({
		mutationFn: (action: Action) => run(name, action),
		onSuccess: (_, action) => {
			tell("good", said[action.does](name));
			void queries.invalidateQueries({ queryKey: applicationsQuery.queryKey });
			void queries.invalidateQueries({ queryKey: applicationQuery(name).queryKey });
		},
		onError: (error) => {
			const { message, hint } = toAppError(error);
			tell("bad", hint === undefined ? message : `${message}. ${hint}`);
		},
	});
}
