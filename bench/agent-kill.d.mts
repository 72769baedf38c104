export function killSessions(rounds: number, seed?: number): Promise<string[]>;
