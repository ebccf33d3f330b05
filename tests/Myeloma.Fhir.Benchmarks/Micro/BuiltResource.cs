namespace Myeloma.Fhir.Benchmarks.Micro;

/// <summary>Resources of <c>fhir-resources/built</c>, as the loader made them of the seeds.</summary>
internal static class BuiltResource
{
    /// <returns>The bytes of the largest resource of the type.</returns>
    public static byte[] Largest(string type) =>
        File.ReadAllBytes(Folder.EnumerateFiles($"{type}-*.json").MaxBy(file => file.Length)!.FullName);

    private static DirectoryInfo Folder
    {
        get
        {
            for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
            {
                if (File.Exists(Path.Combine(folder.FullName, "Myeloma.Fhir.sln")))
                    return new DirectoryInfo(Path.Combine(folder.FullName, "fhir-resources", "built"));
            }

            throw new DirectoryNotFoundException("Run the benchmarks inside the repository.");
        }
    }
}
