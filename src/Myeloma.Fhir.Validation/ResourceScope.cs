using Myeloma.Fhir.FhirPath;
using Myeloma.Fhir.Model.Elements;
using Myeloma.Fhir.Validation.Bundles;

namespace Myeloma.Fhir.Validation;

/// <summary>A resource while it is checked, with what its elements may point at.</summary>
internal sealed class ResourceScope
{
    private List<Element>? fragments;

    /// <param name="container">The scope of the resource it is contained in; null when it stands by itself or in a bundle's entry.</param>
    /// <param name="bundle">The bundle it is an entry of.</param>
    /// <param name="fullUrl">Of that entry.</param>
    public ResourceScope(Element resource, ResourceScope? container, BundleIndex? bundle, string? fullUrl, ValidationRun run)
    {
        Resource = resource;
        Root = container?.Root ?? resource;
        Bundle = bundle;
        FullUrl = fullUrl;
        Run = run;
        Context = run.Services.Environment with
        {
            Resource = resource,
            RootResource = Root,
            Resolve = bundle is not null || run.Options.ResolveReference is not null ? Resolve : null,
            ConformsTo = run.ConformsTo(this),
        };
    }

    public Element Resource { get; }

    /// <summary>The container of a contained resource, else the resource itself.</summary>
    public Element Root { get; }

    public BundleIndex? Bundle { get; }

    public string? FullUrl { get; }

    public ValidationRun Run { get; }

    public EvaluationContext Context { get; }

    /// <summary>The values met so far that point at a contained resource or the container (<c>#</c>, <c>#id</c>).</summary>
    public IReadOnlyList<Element> Fragments => fragments ?? [];

    public void AddFragment(Element value) => (fragments ??= []).Add(value);

    /// <summary>The contained resource of that id.</summary>
    public Element? FindContained(string id)
    {
        foreach (var contained in Root.Children("contained"))
            if (contained.TextOf("id") == id) return contained;
        return null;
    }

    /// <summary>What a canonical leads to: contained, in the bundle, or among the definitions known here; base definitions of R4 are not resources here.</summary>
    public Element? FindCanonical(string canonical)
    {
        if (canonical.StartsWith('#')) return FindContained(canonical[1..]);
        return Bundle?.FindCanonical(canonical) ?? Bundle?.Find(canonical, FullUrl) ?? Run.Services.Settings.Definitions?.Invoke(canonical)?.Root;
    }

    /// <summary>What a reference, as written, leads to: contained, in the bundle, or outside.</summary>
    public Element? Resolve(string reference)
    {
        if (reference.StartsWith('#')) return reference.Length == 1 ? Root : FindContained(reference[1..]);
        if (Bundle?.Find(reference, FullUrl) is { } entry) return entry;
        return Run.Options.ResolveReference?.Invoke(reference)?.Root;
    }
}
