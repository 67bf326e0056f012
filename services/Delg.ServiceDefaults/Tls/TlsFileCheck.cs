namespace Delg.ServiceDefaults.Tls;

/// <summary>What is wrong with options that name PEM files.</summary>
public static class TlsFileCheck
{
    /// <summary>A certificate and its key, both or neither.</summary>
    /// <param name="section">Configuration section that has <c>CertificateFile</c> and <c>KeyFile</c>.</param>
    /// <param name="certificateFile">Empty: none.</param>
    /// <param name="keyFile">Empty: none.</param>
    /// <returns>A sentence for each mistake.</returns>
    public static IEnumerable<string> Identity(string section, string certificateFile, string keyFile)
    {
        ArgumentNullException.ThrowIfNull(certificateFile);
        ArgumentNullException.ThrowIfNull(keyFile);
        if (certificateFile.Length > 0 != keyFile.Length > 0)
            return [$"{section}: CertificateFile and KeyFile go together; one is missing."];
        return certificateFile.Length == 0 ? [] : Reading(section, () => CertificateFiles.Identity(certificateFile, keyFile).Certificate.Dispose());
    }

    /// <summary>A file of authorities.</summary>
    /// <param name="key">Configuration key.</param>
    /// <param name="file">Empty: none.</param>
    /// <returns>A sentence for each mistake.</returns>
    public static IEnumerable<string> Authorities(string key, string file)
    {
        ArgumentNullException.ThrowIfNull(file);
        return file.Length == 0 ? [] : Reading(key, () => CertificateFiles.Authorities(file));
    }

    private static IEnumerable<string> Reading(string key, Action read)
    {
        try
        {
            read();
            return [];
        }
        catch (CertificateFileException failure)
        {
            return [$"{key}: {failure.Message}"];
        }
    }
}
