using Myeloma.Fhir.FhirPath.Evaluation;
using Myeloma.Fhir.FhirPath.Types;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.FhirPath.Functions;

/// <summary>Functions that FHIR adds, those that need the resource alone. https://hl7.org/fhir/R4/fhirpath.html#functions</summary>
internal static class FhirFunctions
{
    public static readonly FunctionEntry[] Entries =
    [
        new("extension", 1, 1, (input, arguments) => Extensions(input, arguments)),
        new("hasExtension", 1, 1, (input, arguments) => Collection.Of(Extensions(input, arguments).Count > 0)),
        new("hasValue", 0, 0, (input, _) => Collection.Of(input.Count == 1 && HasValue(input[0]))),
        new("getValue", 0, 0, (input, _) => input.Count == 1 && HasValue(input[0]) ? Collection.Of(input[0].ToSystem(), true) : Collection.Empty),
        new("resolve", 0, 0, Resolve),
        new("checkModifiers", 0, int.MaxValue, CheckModifiers),
    ];

    /// <summary><c>extension(url)</c>: the extensions with that url, of elements and of primitives.</summary>
    private static Collection Extensions(Collection input, Arguments arguments)
    {
        if (arguments.String(0) is not { } url) return Collection.Empty;
        var result = default(CollectionBuilder);
        foreach (var item in input)
        {
            if (!item.IsElement) continue;
            foreach (var extension in item.Element.Children("extension"))
            {
                arguments.Frame.Step();
                if (extension.TextOf("url") == url) result.Add(extension);
            }
        }

        return result.ToCollection();
    }

    private static bool HasValue(Item item) => item.IsElement ? item.Element.IsPrimitive && item.Element.HasValue : item.Value is not SystemValue.TypeInfo;

    /// <summary><c>resolve()</c>: what each Reference, canonical, uri or url points at; what is not found is left out.</summary>
    /// <remarks>
    /// <c>#id</c> is a contained resource, <c>#</c> its container. Without a resolver there is a stand-in of the type that the reference names, so that
    /// <c>resolve() is Patient</c> works on the reference alone.
    /// </remarks>
    private static Collection Resolve(Collection input, Arguments arguments)
    {
        var result = default(CollectionBuilder);
        foreach (var item in input)
        {
            arguments.Frame.Step();
            if (ReferenceOf(item) is not { } reference) continue;
            if (reference.StartsWith('#'))
            {
                if (Contained(item, reference[1..], arguments.Frame) is { } contained) result.Add(contained);
            }
            else if (arguments.Frame.Context.Resolve is { } resolve)
            {
                if (resolve(reference) is { } target) result.Add(target);
            }
            else if (TargetType(item, reference) is { } type)
            {
                result.Add(new SystemValue.ReferenceTarget(reference, type));
            }
        }

        return result.ToCollection();
    }

    private static string? ReferenceOf(Item item)
    {
        if (!item.IsElement) return item.Value is SystemValue.String(var text) ? text : null;
        return item.Element.IsPrimitive ? item.Element.Text : item.Element.TextOf("reference");
    }

    private static Element? Contained(Item item, string id, Frame frame)
    {
        var container = frame.RootResource ?? (item.IsElement ? item.Element.Document.Root : null);
        if (id.Length == 0 || container is null) return container;
        foreach (var contained in container.Value.Children("contained"))
            if (contained.TextOf("id") == id) return contained;
        return null;
    }

    /// <summary>From <c>Reference.type</c>, or the last two parts of <c>…/Type/id</c> and <c>…/Type/id/_history/version</c>.</summary>
    private static string? TargetType(Item item, string reference)
    {
        if (!item.IsElement) return null;
        if (!item.Element.IsPrimitive && item.Element.TextOf("type") is { } stated) return stated;
        var path = reference.AsSpan();
        var end = path.IndexOfAny('?', '#', '|');
        if (end >= 0) path = path[..end];
        var history = path.IndexOf("/_history/");
        if (history >= 0) path = path[..history];
        var slash = path.LastIndexOf('/');
        if (slash <= 0) return null;
        var type = path[(path[..slash].LastIndexOf('/') + 1)..slash].ToString();
        return item.Element.Document.Schema.IsResourceType(type) ? type : null;
    }

    /// <summary><c>checkModifiers(url, …)</c>: the input, when it has no modifier extensions but those named.</summary>
    private static Collection CheckModifiers(Collection input, Arguments arguments)
    {
        var known = new HashSet<string?>(StringComparer.Ordinal);
        for (var i = 0; i < arguments.Count; i++) known.Add(arguments.String(i));
        foreach (var item in input)
        {
            if (!item.IsElement) continue;
            foreach (var extension in item.Element.Children("modifierExtension"))
                if (!known.Contains(extension.TextOf("url"))) throw arguments.Site.Fault($"the modifier extension {extension.TextOf("url")} is not among those expected.");
        }

        return input;
    }
}
