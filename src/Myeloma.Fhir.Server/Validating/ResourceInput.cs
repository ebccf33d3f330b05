namespace Myeloma.Fhir.Server.Validating;

/// <summary>Where resources to be validated are read from.</summary>
/// <param name="Name">As reports name it: the path or URL given, a path below it, <c>-</c>.</param>
internal abstract record ResourceInput(string Name)
{
    /// <param name="IsNamed">Given by itself: it has to hold a resource. What a folder holds besides resources is passed over.</param>
    internal sealed record FromFile(string Path, bool IsNamed) : ResourceInput(Path);

    internal sealed record FromUrl(Uri Url) : ResourceInput(Url.OriginalString);

    internal sealed record FromStandardInput() : ResourceInput("-");
}
