using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.ClinicalReasoning.Definitions;

/// <summary>A definition that is applied, and the resource that holds it: itself, or the one it is contained in.</summary>
internal readonly record struct Definition(Element Root, Element Container)
{
    public Definition(Element root)
        : this(root, root)
    {
    }

    public string Type => Root.Type.Name;

    /// <summary><c>url|version</c>, <c>url</c>; null for one without a url.</summary>
    public string? Canonical => Root.TextOf("url") is not { } url ? null : Root.TextOf("version") is { } version ? $"{url}|{version}" : url;

    /// <summary>What it is called in messages: its canonical, else its type and id.</summary>
    public string Name => Canonical ?? (Root.TextOf("id") is { } id ? $"{Type}/{id}" : $"the {Type}");

    /// <summary>
    /// Where what it points at by <c>#id</c> is contained: in itself, then in what it is contained in. R4 has contained resources in the outermost one only (dom-2);
    /// published plans that contain plans with activities of their own do not keep to it.
    /// </summary>
    public IEnumerable<Element> Holders => Root == Container ? [Root] : [Root, Container];

    /// <returns>What is contained under an id; null when there is none.</returns>
    public Definition? FindContained(string id)
    {
        foreach (var holder in Holders)
            foreach (var contained in holder.Children("contained"))
                if (contained.TextOf("id") == id) return new Definition(contained, holder);
        return null;
    }

    /// <summary>Whether both are the same definition, be they read once or twice.</summary>
    public bool IsSame(Definition other) => Root == other.Root || (Canonical is { } canonical && canonical == other.Canonical && Type == other.Type);
}
