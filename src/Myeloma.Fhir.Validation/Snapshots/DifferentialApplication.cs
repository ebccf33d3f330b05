using System.Text.Json.Nodes;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Snapshots;

/// <summary>Puts the elements of a differential, in their order, where they belong in the tree of the base. https://hl7.org/fhir/R4/profiling.html#slicing</summary>
/// <param name="isNewType">A specialization may add elements.</param>
internal sealed class DifferentialApplication(SnapshotSource source, SnapshotNode root, string url, bool isNewType)
{
    private readonly Dictionary<string, SnapshotNode> current = new(StringComparer.Ordinal) { [root.Name] = root };

    /// <summary>What was found, in the order of the elements.</summary>
    public List<Issue> Issues { get; } = [];

    private string expression = "";

    /// <param name="at">Where the element stands in the definition.</param>
    public void Apply(JsonObject element, string at)
    {
        expression = at;
        if ((string?)element["path"] is not { } path)
        {
            Report(Issue.Required("An element of a differential has a path.", $"{at}.path"));
            return;
        }

        if (Place(element, path) is not { } node) return;
        Issues.AddRange(new ElementMerge(source.Schema, node, url, at).Apply(element));
        node.IsConstrained = true;
        node.IsNewSlice = false;
    }

    /// <summary>
    /// After the last element: a content reference names the element of the base type where the profile says more of that element than the base, which would
    /// hold of the reference, too, if it led into the profile.
    /// </summary>
    public void Complete()
    {
        if (!isNewType) Complete(root);
    }

    private void Complete(SnapshotNode node)
    {
        if (node.Text("contentReference") is ['#', ..] reference && Target(root, reference[1..].Split('.')) is { } target && HasConstraints(target))
            node.Definition["contentReference"] = SnapshotSource.Base + root.Name + reference;
        foreach (var each in node.Children) Complete(each);
        foreach (var each in node.Slices) Complete(each);
    }

    private static bool HasConstraints(SnapshotNode node) => node.IsConstrained || node.Children.Exists(HasConstraints) || node.Slices.Exists(HasConstraints);

    private static SnapshotNode? Target(SnapshotNode? start, IEnumerable<string> path) => path.Skip(1).Aggregate(start, (node, step) => node?.Child(step));

    /// <summary>
    /// The node an element speaks of. What follows a slice at deeper paths belongs to it, until the same path comes again; ids that name slices say it themselves.
    /// </summary>
    private SnapshotNode? Place(JsonObject element, string path)
    {
        var dot = path.LastIndexOf('.');
        if (dot < 0)
        {
            if (path == root.Name) return root;
            Report(Issue.Invalid($"The path '{path}' does not start with {root.Name}.", $"{expression}.path"));
            return null;
        }

        var parent = ByIds(element, path) ?? Ensure(path[..dot]);
        if (parent is null || Descend(parent, path[(dot + 1)..], path) is not { } node) return null;
        if ((string?)element["sliceName"] is { } sliceName && node.SliceName != sliceName)
        {
            // The sliced element may be told to be sliced by the first of its slices.
            if (element["slicing"] is not null && node.Slice(sliceName) is null && node.Definition["slicing"] is null && !sliceName.Contains('/', StringComparison.Ordinal) && node.Slices.Count == 0)
                node.Definition["slicing"] = element["slicing"]!.DeepClone();
            if (SliceOf(node, sliceName) is not { } slice) return null;
            node = slice;
        }

        foreach (var deeper in current.Keys.Where(key => key.StartsWith(path + ".", StringComparison.Ordinal)).ToList()) current.Remove(deeper);
        return current[path] = node;
    }

    /// <summary>The parent where the id names slices above the element: <c>Observation.component:systolic.code</c>.</summary>
    /// <returns>Null when the id says nothing of the kind, or names a slice that is not there.</returns>
    private SnapshotNode? ByIds(JsonObject element, string path)
    {
        if ((string?)element["id"] is not { } id) return null;
        var (names, steps) = (path.Split('.'), id.Split('.'));
        if (names.Length != steps.Length || !steps[..^1].Any(step => step.Contains(':', StringComparison.Ordinal))) return null;
        var node = root;
        for (var index = 1; index < names.Length - 1; index++)
        {
            var colon = steps[index].IndexOf(':', StringComparison.Ordinal);
            var name = colon < 0 ? steps[index] : steps[index][..colon];
            if (node.Child(name) is not { } child || SnapshotNode.WithoutChoice(child.Name) != SnapshotNode.WithoutChoice(names[index])) return null;
            if (colon >= 0 && child.Slice(steps[index][(colon + 1)..]) is not { } slice) return null;
            else if (colon >= 0) child = child.Slice(steps[index][(colon + 1)..])!;
            if (child.Children.Count == 0 && index < names.Length - 2) Unfold(child);
            node = child;
        }

        return node;
    }

    private SnapshotNode? Ensure(string path)
    {
        if (current.TryGetValue(path, out var known)) return known;
        var dot = path.LastIndexOf('.');
        if (dot < 0)
        {
            Report(Issue.Invalid($"The path '{path}' does not start with {root.Name}.", $"{expression}.path"));
            return null;
        }

        return Ensure(path[..dot]) is { } parent && Descend(parent, path[(dot + 1)..], path) is { } node ? current[path] = node : null;
    }

    /// <summary>A child by name; <c>valueQuantity</c> is the slice of <c>value[x]</c> with that type.</summary>
    private SnapshotNode? Descend(SnapshotNode parent, string step, string path)
    {
        if (parent.Children.Count == 0 && !Unfold(parent)) return isNewType && !parent.Types.Any() ? Added(parent, step, path) : null;
        if (parent.Child(step) is { } child) return child;
        foreach (var choice in parent.Children.Where(each => each.IsChoice))
        {
            var stem = SnapshotNode.WithoutChoice(choice.Name);
            if (!step.StartsWith(stem, StringComparison.Ordinal)) continue;
            if (choice.Types.FirstOrDefault(type => Capitalized(TypeCode.Of(type)) == step[stem.Length..]) is { } type) return TypeSlice(choice, step, type);
        }

        if (isNewType) return Added(parent, step, path);
        var known = parent.Children.ConvertAll(each => each.Name);
        Report(Issue.Invalid($"{path[..path.LastIndexOf('.')]} has no element '{step}'; it has {string.Join(", ", known)}.", $"{expression}.path"));
        return null;
    }

    private static string Capitalized(string? type) => type is null or "" ? "" : char.ToUpperInvariant(type[0]) + type[1..];

    private SnapshotNode? TypeSlice(SnapshotNode choice, string sliceName, JsonObject type)
    {
        var isNew = choice.Slice(sliceName) is null;
        if (SliceOf(choice, sliceName) is not { } slice || !isNew) return choice.Slice(sliceName);
        slice.Definition["type"] = new JsonArray(type.DeepClone());
        return slice;
    }

    private static SnapshotNode Added(SnapshotNode parent, string step, string path)
    {
        var node = new SnapshotNode(step, new JsonObject { ["base"] = new JsonObject { ["path"] = path } });
        parent.Children.Add(node);
        return node;
    }

    /// <summary>The slice of that name; a new one starts as a copy of what is sliced, which holds for it, too.</summary>
    private SnapshotNode? SliceOf(SnapshotNode sliced, string sliceName)
    {
        if (sliced.Slice(sliceName) is { } known) return known;

        // A re-slice names the slice it belongs to: a/b.
        var bar = sliceName.LastIndexOf('/');
        if (bar > 0) sliced = sliced.Slice(sliceName[..bar]) ?? sliced;
        if (sliced.Definition["slicing"] is null)
        {
            if (sliced.Name is "extension" or "modifierExtension") sliced.Definition["slicing"] = BaseSnapshot.ExtensionSlicing();
            else if (sliced.IsChoice) sliced.Definition["slicing"] = TypeSlicing();
            else
            {
                Report(Issue.Invalid($"The slice '{sliceName}' is of {sliced.Name}, which is not sliced; state 'slicing' with its discriminators on the element before its first slice.", $"{expression}.sliceName"));
                return null;
            }
        }

        source.Size.Add();
        var slice = new SnapshotNode(sliced.Name, (JsonObject)sliced.Definition.DeepClone());
        foreach (var left in new[] { "slicing", "sliceIsConstraining" }) slice.Definition.Remove(left);
        slice.Definition["sliceName"] = sliceName;
        slice.Definition["min"] = 0;
        slice.Children.AddRange(sliced.Children.Select(child => child.Copy(source.Size)));
        slice.IsNewSlice = true;
        sliced.Slices.Add(slice);
        return slice;
    }

    private static JsonObject TypeSlicing() => new()
    {
        ["discriminator"] = new JsonArray(new JsonObject { ["type"] = "type", ["path"] = "$this" }),
        ["ordered"] = false,
        ["rules"] = "open",
    };

    /// <summary>Gives an element the children of its type, of the profile its type names, or of the element that its content reference names.</summary>
    private bool Unfold(SnapshotNode node)
    {
        if (node.Text("contentReference") is { } reference) return UnfoldReference(node, reference);
        var types = node.Types.ToList();
        var codes = node.TypeCodes.Distinct(StringComparer.Ordinal).ToList();
        if (codes is not [var code])
        {
            if (!isNewType || codes.Count > 0)
                Report(Issue.Invalid($"{node.Name} may be of {(codes.Count == 0 ? "no type" : string.Join(", ", codes))}; say which of them by a slice or by 'type' before its children are constrained.", $"{expression}.path"));
            return false;
        }

        var profile = types is [{ } only] && only["profile"] is JsonArray { Count: 1 } profiles ? source.FindProfile((string)profiles[0]!) : null;
        if ((profile ?? source.FindType(code)) is not { } tree)
        {
            Report(Issue.NotFound($"The type '{code}' of {node.Name} is not known here, so that its elements can't be constrained.", $"{expression}.path"));
            return false;
        }

        node.Children.AddRange(tree.Children.Select(child => child.Copy(source.Size)));
        return true;
    }

    private bool UnfoldReference(SnapshotNode node, string reference)
    {
        var path = reference[(reference.IndexOf('#', StringComparison.Ordinal) + 1)..].Split('.');
        if (Target(path[0] == root.Name && isNewType ? root : source.FindType(path[0]), path) is not { } target)
        {
            Report(Issue.NotFound($"{node.Name} has the content of {reference}, which is not there.", $"{expression}.path"));
            return false;
        }

        node.Definition.Remove("contentReference");
        if (target.Definition["type"] is { } type) node.Definition["type"] = type.DeepClone();
        node.Children.AddRange(target.Children.Select(child => child.Copy(source.Size)));
        return true;
    }

    private void Report(Issue issue) => Issues.Add(issue);
}
