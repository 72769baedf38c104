import { openSandbox } from "@shadowbox/sandbox";

const box = await openSandbox({ registry: "/registry/" });
const { stdout, status } = await box.exec("seq 3 | sort -r");
document.querySelector("output").textContent = `${status}: ${new TextDecoder().decode(stdout)}`;
await box.close();
