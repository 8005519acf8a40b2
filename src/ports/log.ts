/** A constant message and keys: `log.info("synced", { application, revision })`. Implemented by pino in the composition root. */
export interface Log {
	debug(message: string, keys?: Readonly<Record<string, unknown>>): void;
	info(message: string, keys?: Readonly<Record<string, unknown>>): void;
	warn(message: string, keys?: Readonly<Record<string, unknown>>): void;
	error(message: string, keys?: Readonly<Record<string, unknown>>): void;
}
