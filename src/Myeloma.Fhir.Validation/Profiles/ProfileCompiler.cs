using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Model.Issues;
using Myeloma.Fhir.Model.Schema;

namespace Myeloma.Fhir.Validation.Profiles;

/// <summary>
/// StructureDefinition to rules: a snapshot as it stands, a differential on the rules of its base. https://hl7.org/fhir/R4/profiling.html#snapshot
/// </summary>
/// <param name="chain">Canonicals that are being compiled, this one last.</param>
internal sealed class ProfileCompiler(ProfileCatalog catalog, Element definition, IReadOnlyList<string> chain)
{
    private readonly Dictionary<string, ProfileNode> current = new(StringComparer.Ordinal);
    private readonly string url = definition.TextOf("url") ?? "";

    /// <exception cref="FhirException">The definition can't be used; the text tells why.</exception>
    public ProfileTree Compile()
    {
        var type = definition.TextOf("type");
        if (definition.TextOf("kind") == "logical") throw Fault("it is a logical model, which no resource conforms to.");
        if (type is null || catalog.Schema.FindType(type) is not { } schema) throw Fault($"'{type}' is no type of R4.");

        var snapshot = Elements("snapshot");
        var isWhole = snapshot.Count > 1;
        var root = isWhole ? Fresh(schema) : Base(schema);
        current[type] = root;
        bool? isModifier = null;
        foreach (var element in isWhole ? snapshot : Elements("differential"))
        {
            if (element.TextOf("path") is not { } path) throw Fault("an element has no path.");
            if (!path.Contains('.', StringComparison.Ordinal))
            {
                if (path != type) throw Fault($"the path '{path}' does not start with {type}.");
                ElementReading.Read(element, root, url);
                if (element.TextOf("isModifier") is { } flag) isModifier = flag == "true";
                continue;
            }

            ElementReading.Read(element, Place(element, path), url);
        }

        WorkMarking.Mark(root);
        return new ProfileTree(url, type, root, isModifier, Contexts(), null) { ContextInvariants = [.. definition.Children("contextInvariant").ToList().Select(each => each.Text).OfType<string>()] };
    }

    private List<Element> Elements(string view) => definition.Child(view) is { } found ? found.Children("element").ToList() : [];

    private static ProfileNode Fresh(TypeSchema schema) => new() { Path = schema.Name, Label = schema.Name, Name = schema.Name, Possible = [schema], Min = 0 };

    /// <summary>The rules of the base: a copy to be changed.</summary>
    private ProfileNode Base(TypeSchema schema)
    {
        var canonical = definition.TextOf("baseDefinition") ?? throw Fault("it has neither a snapshot nor a base.");
        if (catalog.FindBase(canonical) is not null) return Fresh(schema);
        if (catalog.Find(canonical, chain) is not { } tree) throw Fault($"its base {canonical} is not known here, and it has no snapshot.");
        return tree.Fault is null ? tree.Root.Copy() : throw Fault($"its base {canonical} can't be used: {tree.Fault}");
    }

    /// <summary>
    /// The node an element speaks of. Elements are read in order: what follows a slice at deeper paths belongs to it, until the same path comes again.
    /// </summary>
    private ProfileNode Place(Element element, string path)
    {
        var dot = path.LastIndexOf('.');
        var node = Descend(Ensure(path[..dot]), path[(dot + 1)..]);
        if (element.TextOf("sliceName") is { } sliceName && node.SliceName != sliceName) node = SliceOf(node, sliceName);
        foreach (var deeper in current.Keys.Where(key => key.StartsWith(path + ".", StringComparison.Ordinal)).ToList()) current.Remove(deeper);
        return current[path] = node;
    }

    private ProfileNode Ensure(string path)
    {
        if (current.TryGetValue(path, out var known)) return known;
        var dot = path.LastIndexOf('.');
        if (dot < 0) throw Fault($"the path '{path}' does not start with its type.");
        return current[path] = Descend(Ensure(path[..dot]), path[(dot + 1)..]);
    }

    /// <summary>A child by name; <c>valueQuantity</c> is the slice of <c>value[x]</c> with that type.</summary>
    private ProfileNode Descend(ProfileNode parent, string step)
    {
        if (!parent.HasTypeProfile) TakeInTypeProfile(parent);
        var name = step.EndsWith("[x]", StringComparison.Ordinal) ? step[..^3] : step;
        foreach (var type in parent.Possible)
            if (type.FindElement(name) is { } schema) return ChildOf(parent, schema);

        foreach (var type in parent.Possible)
        {
            if (type.FindProperty(name) is not { Element.IsChoice: true } property) continue;
            var slice = SliceOf(ChildOf(parent, property.Element), name);
            slice.Types ??= [new ProfileType(property.Type.Name, [], [], [], null)];
            slice.Possible = [property.Type];
            return slice;
        }

        // The value of a primitive is an element of snapshots alone: what there is to say of it stands on the primitive.
        if (step == "value" && parent.Possible is [{ Kind: TypeKind.Primitive }]) return new ProfileNode { Path = $"{parent.Path}.value", Label = $"{parent.Label}.value", Name = "value" };
        throw Fault($"{parent.Path} has no element '{step}'.");
    }

    private static ProfileNode ChildOf(ProfileNode parent, ElementSchema schema)
    {
        if (parent.Child(schema.Name) is { } known) return known;
        var path = $"{parent.Path}.{schema.Name}";
        var node = new ProfileNode
        {
            Path = path,
            Label = $"{parent.Label}.{schema.Name}",
            Name = schema.Name,
            Schema = schema,
            Possible = [.. schema.Types.Select(reference => reference.Type)],
            Min = schema.Min,
            Max = schema.Max,
        };

        parent.Children.Add(node);
        return node;
    }

    private static ProfileNode SliceOf(ProfileNode element, string name)
    {
        if (element.Slice(name) is { } known) return known;

        // A re-slice names the slice it belongs to: a/b.
        var bar = name.LastIndexOf('/');
        var home = bar > 0 ? element.Slice(name[..bar]) ?? element : element;
        var slice = new ProfileNode
        {
            Path = element.Path,
            Label = $"{element.Label}:{name}",
            Name = element.Name,
            SliceName = name,
            Schema = element.Schema,
            Possible = element.Possible,
            Max = int.MaxValue,
        };
        slice.ContentPath = element.ContentPath;
        home.Slices.Add(slice);
        return slice;
    }

    /// <summary>Going below an element whose type has a profile: the profile's slices are needed to place what is said of them.</summary>
    private void TakeInTypeProfile(ProfileNode node)
    {
        node.HasTypeProfile = true;
        if (node.Types is not [{ Profiles: [var canonical] }] || catalog.FindBase(canonical) is not null) return;
        if (catalog.Find(canonical, chain) is not { Fault: null } profile) return;
        var copy = profile.Root.CopyTo(node.Path, node.Label);
        foreach (var child in copy.Children)
            if (node.Child(child.Name) is null) node.Children.Add(child);
    }

    private List<(string, string)> Contexts()
    {
        var contexts = new List<(string, string)>();
        foreach (var context in definition.Children("context"))
            if (context.TextOf("expression") is { } expression) contexts.Add((context.TextOf("type") ?? "element", expression));
        return contexts;
    }

    private static FhirException Fault(string words) => new(Issue.Invalid(words));
}
