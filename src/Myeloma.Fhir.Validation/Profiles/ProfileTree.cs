namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>A profile, compiled: what it asks beyond the base definition of its type. Immutable once made, shared by threads.</summary>
/// <param name="Url">Its canonical without version.</param>
/// <param name="Type">The type it constrains.</param>
/// <param name="Root">Its rules; of a profile with a <paramref name="Fault"/> there are none.</param>
/// <param name="IsModifier">Of an extension whether it changes the meaning; null when not stated.</param>
/// <param name="Contexts">Of an extension where it may stand.</param>
/// <param name="Fault">Why it can't be used; null when it can.</param>
internal sealed record ProfileTree(
    string Url,
    string Type,
    ProfileNode Root,
    bool? IsModifier,
    IReadOnlyList<(string Kind, string Expression)> Contexts,
    string? Fault)
{
    /// <summary>Of an extension the FHIRPath that must hold of what it stands in.</summary>
    public IReadOnlyList<string> ContextInvariants { get; init; } = [];

    private readonly Dictionary<string, ProfileNode> byPath = Index(Root);

    /// <summary>The node outside of slices at a path: where a content reference leads.</summary>
    public ProfileNode? At(string path) => byPath.GetValueOrDefault(path);

    public bool Equals(ProfileTree? other) => ReferenceEquals(this, other);

    public override int GetHashCode() => StringComparer.Ordinal.GetHashCode(Url);

    private static Dictionary<string, ProfileNode> Index(ProfileNode root)
    {
        var index = new Dictionary<string, ProfileNode>(StringComparer.Ordinal);
        var open = new Stack<ProfileNode>();
        open.Push(root);
        while (open.TryPop(out var node))
        {
            index.TryAdd(node.Path, node);
            foreach (var child in node.Children) open.Push(child);
        }

        return index;
    }
}
