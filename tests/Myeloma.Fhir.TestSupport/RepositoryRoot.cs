namespace Myeloma.Fhir.TestSupport;

/// <summary>The folder of the checkout: the first one upwards from the test's binaries that holds the solution.</summary>
public static class RepositoryRoot
{
    /// <summary>Absolute path, without a separator at the end.</summary>
    public static string Folder { get; } = Find();

    /// <summary>An absolute path below the checkout: <c>RepositoryRoot.Combine("seeds", "x.txt")</c>.</summary>
    public static string Combine(params string[] parts) => Path.Combine([Folder, .. parts]);

    private static string Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            if (File.Exists(Path.Combine(folder.FullName, "Myeloma.Fhir.sln")))
                return folder.FullName;
        }

        throw new InvalidOperationException($"No folder above {AppContext.BaseDirectory} holds Myeloma.Fhir.sln.");
    }
}
