namespace Myeloma.Fhir.Server.Tests.Reliability;

/// <summary>A folder for a private cluster, removed with everything in it.</summary>
internal sealed class DataFolder : IDisposable
{
    /// <remarks>Short and world-traversable: a unix socket's path is limited, and PostgreSQL may run as another user.</remarks>
    public string Path { get; } = System.IO.Path.Combine(System.IO.Path.GetTempPath(), $"mf-{Guid.NewGuid():N}"[..11]);

    public void Dispose()
    {
        try
        {
            if (Directory.Exists(Path)) Directory.Delete(Path, recursive: true);
        }
        catch (IOException)
        {
            // A postmaster on its way out still writes; what it leaves lies in the temporary folder.
        }
    }
}
