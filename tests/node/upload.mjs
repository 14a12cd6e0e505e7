// Uploads a file as an app of others does: node upload.mjs ENDPOINT FILE; breaks off once and resumes; prints the address.
import { createReadStream, statSync } from "node:fs";
import { Upload } from "tus-js-client";

const [endpoint, path] = process.argv.slice(2);
let broken = false;
const upload = new Upload(createReadStream(path), {
  endpoint,
  chunkSize: 512 * 1024,
  uploadSize: statSync(path).size,
  retryDelays: [0, 50],
  metadata: { filename: "ảnh hiện trường.jpg", filetype: "image/jpeg" },
  onChunkComplete: (_size, accepted) => {
    if (!broken && accepted > 0) {
      broken = true;
      upload.abort().then(() => upload.start());
    }
  },
  onError: (error) => {
    console.error(String(error));
    process.exit(1);
  },
  onSuccess: () => console.log(upload.url),
});
upload.start();
