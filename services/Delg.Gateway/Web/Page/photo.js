// Photos of this computer, as the browser can show them.

// Enough for the largest match picture on a dense screen.
const shownSidePixels = 1600;

/**
 * Decodes a photo, turned as its EXIF says: positions of the server refer to the turned one.
 * @returns its size in pixels and the address of an upright, smaller copy; null where the browser cannot decode it (the server may).
 */
export async function readPhoto(file) {
    let bitmap;
    try {
        bitmap = await createImageBitmap(file, { imageOrientation: "from-image" });
    } catch {
        return null;
    }
    const { width, height } = bitmap;
    const scale = Math.min(1, shownSidePixels / Math.max(width, height));
    const canvas = document.createElement("canvas");
    canvas.width = Math.max(1, Math.round(width * scale));
    canvas.height = Math.max(1, Math.round(height * scale));
    const context = canvas.getContext("2d");
    context.fillStyle = "#fff";
    context.fillRect(0, 0, canvas.width, canvas.height);
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, 0, 0, canvas.width, canvas.height);
    bitmap.close();
    const copy = await new Promise(resolve => canvas.toBlob(resolve, "image/jpeg", 0.9));
    return copy && { size: { width, height }, url: URL.createObjectURL(copy) };
}
