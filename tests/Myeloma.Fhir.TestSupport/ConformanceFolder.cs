namespace Myeloma.Fhir.TestSupport;

/// <summary>
/// The suites that others wrote, which are not part of the repository: <c>MYELOMA_CONFORMANCE</c> names their folder, else
/// <c>shared/conformance</c> beside the checkout is taken.
/// </summary>
public static class ConformanceFolder
{
    /// <summary>Absolute path; null when the suites are not on this machine.</summary>
    public static string? Path { get; } = Find();

    /// <summary>Why a test that needs them is skipped.</summary>
    public const string Reason =
        "The conformance suites are not here: set MYELOMA_CONFORMANCE to their folder, or put them into shared/conformance beside the checkout.";

    /// <summary>The folder of one suite.</summary>
    /// <exception cref="InvalidOperationException">The suites are absent; the test lacks <see cref="ConformanceFactAttribute"/>.</exception>
    public static string Suite(params string[] parts) =>
        System.IO.Path.Combine([Path ?? throw new InvalidOperationException(Reason), .. parts]);

    private static string? Find()
    {
        var named = Environment.GetEnvironmentVariable("MYELOMA_CONFORMANCE");
        if (!string.IsNullOrWhiteSpace(named))
            return Directory.Exists(named) ? System.IO.Path.GetFullPath(named) : throw new InvalidOperationException($"MYELOMA_CONFORMANCE names {named}, which is no folder.");

        // A second checkout (a git worktree) may lie one folder deeper than the first.
        var beside = new[] { "..", System.IO.Path.Combine("..", "..") }
            .Select(up => System.IO.Path.GetFullPath(System.IO.Path.Combine(RepositoryRoot.Folder, up, "shared", "conformance")));
        return beside.FirstOrDefault(Directory.Exists);
    }
}
