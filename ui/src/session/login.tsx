import { useMutation, useQueryClient } from "@tanstack/react-query";
import { type FormEvent, type ReactNode, useEffect, useId, useRef, useState } from "react";
import { AppError, toAppError } from "../../../src/core/app-error.ts";
import { client } from "../api/client.ts";
import { sessionQuery } from "../api/queries.ts";
import { Button } from "../parts/button.tsx";
import { Command } from "../parts/command.tsx";
import { Icon, Mark } from "../parts/icon.tsx";

/** Asks for the token; one that came with the link is tried at once. */
export function Login({ token }: { readonly token: string | undefined }): ReactNode {
	const [text, setText] = useState("");
	const queries = useQueryClient();
	const field = useId();
	const login = useMutation({
		mutationFn: (given: string) => client.call("createSession", { body: { token: given.trim() } }),
		onSuccess: (session) => queries.setQueryData(sessionQuery.queryKey, session),
	});
	const { mutate } = login;
	const tried = useRef(false);
	useEffect(() => {
		if (token === undefined || tried.current) return;
		tried.current = true;
		mutate(token);
	}, [token, mutate]);

	const submit = (event: FormEvent): void => {
		event.preventDefault();
		if (text.trim() !== "") mutate(text);
	};
	return (
		<main className="grid min-h-dvh place-items-center px-5 py-10">
			<div className="w-full max-w-sm">
				<Mark className="size-11" />
				<h1 className="mt-5 text-2xl font-semibold tracking-tight">Log in to Gitward</h1>
				<p className="mt-1.5 text-muted">
					Paste the administrator&rsquo;s token, or open the link that Gitward printed at its first start.
				</p>
				<form onSubmit={submit} className="mt-6">
					<label htmlFor={field} className="text-[13px] font-medium">
						Token
					</label>
					<input
						id={field}
						type="password"
						autoComplete="current-password"
						// biome-ignore lint/a11y/noAutofocus: it is all there is to do on this page.
						autoFocus
						spellCheck={false}
						placeholder="gitward_…"
						value={text}
						aria-invalid={login.isError}
						aria-describedby={`${field}-error`}
						onChange={(event) => setText(event.target.value)}
						className="mt-1 block h-10 w-full rounded-md border border-line-strong bg-surface px-3 font-mono text-sm placeholder:text-faint"
					/>
					<div id={`${field}-error`} aria-live="polite">
						{login.isError ? <LoginError error={login.error} /> : null}
					</div>
					<Button
						type="submit"
						look="primary"
						className="mt-3 h-10 w-full"
						busy={login.isPending}
						disabled={text.trim() === "" && !login.isPending}
					>
						Log in
					</Button>
				</form>
				<div className="mt-8 space-y-2 border-t border-line pt-5 text-[13px] text-muted">
					<p>The token stands in Gitward&rsquo;s state folder, readable only by who runs it:</p>
					<Command text="cat .gitward/token" />
				</div>
			</div>
		</main>
	);
}

function LoginError({ error }: { readonly error: unknown }): ReactNode {
	const { message, hint, kind } = error instanceof AppError ? error : toAppError(error);
	return (
		<p className="mt-2 flex gap-1.5 text-[13px] text-bad">
			<Icon name="cross-circle" className="mt-0.5" />
			<span>
				{kind === "denied"
					? "This is not the token of this Gitward. Check that it was copied whole."
					: `${message}${hint === undefined ? "" : `. ${hint}`}`}
			</span>
		</p>
	);
}
