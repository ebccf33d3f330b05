namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>Marks the nodes that ask for something beyond the base definition: the others are never visited.</summary>
internal static class WorkMarking
{
    public static void Mark(ProfileNode root)
    {
        Visit(root, root);

        // Content references lead to what has been marked by then.
        Visit(root, root);
    }

    private static bool Visit(ProfileNode node, ProfileNode root)
    {
        var work = OwnWork(node);
        foreach (var slice in node.Slices) work |= Visit(slice, root) | true;
        foreach (var child in node.Children) work |= Visit(child, root);
        if (node.ContentPath is { } path && node.Children.Count == 0) work |= At(root, path) is { HasWork: true };
        node.HasWork |= work;
        return node.HasWork;
    }

    private static bool OwnWork(ProfileNode node) =>
        node.Types is not null || node.Fixed is not null || node.Pattern is not null || node.MinValue is not null || node.MaxValue is not null
        || node.MaxLength is not null || node.MustHaveValue || node.Binding is not null || node.Invariants.Count > 0 || node.Slicing is { Rules: "closed" }
        || (node.Schema is { } schema && (node.Min > schema.Min || node.Max < schema.Max));

    private static ProfileNode? At(ProfileNode root, string path)
    {
        var node = root;
        foreach (var step in path.Split('.').Skip(1))
        {
            if (node.Child(step) is not { } child) return null;
            node = child;
        }

        return node;
    }
}
