// Another implementation of age: age.mjs seal TO FROM RECIPIENT…, age.mjs open FROM KEY-FILE (to standard output).
import { readFileSync, writeFileSync } from "node:fs";
import { Decrypter, Encrypter } from "age-encryption";

const [what, ...args] = process.argv.slice(2);
if (what === "seal") {
  const [to, from, ...recipients] = args;
  const encrypter = new Encrypter();
  recipients.forEach((recipient) => encrypter.addRecipient(recipient));
  writeFileSync(to, await encrypter.encrypt(readFileSync(from)));
} else {
  const [from, key] = args;
  const decrypter = new Decrypter();
  const lines = readFileSync(key, "utf8").split("\n");
  lines.filter((line) => line.startsWith("AGE-SECRET-KEY-")).forEach((line) => decrypter.addIdentity(line));
  process.stdout.write(await decrypter.decrypt(readFileSync(from)));
}
