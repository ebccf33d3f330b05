using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Validation.Invariants;

/// <summary>
/// Invariants that stand on nearly every element, written out: the same answers as their FHIRPath at a fraction of the cost.
/// Keyed by key and expression, so that a profile's other meaning of a key is evaluated as it is written.
/// </summary>
internal static class NativeInvariants
{
    private static readonly Dictionary<(string Key, string Expression), Func<Element, ResourceScope, bool>> Table = new()
    {
        // The structural check refuses empty elements itself, with its own words.
        [("ele-1", "hasValue() or (children().count() > id.count())")] = (_, _) => true,
        [("ele-1", "hasValue() or (children().count() > id.count()) or $this is Parameters")] = (_, _) => true,
        [("ext-1", "extension.exists() != value.exists()")] = (element, _) => element.Child("extension") is not null != element.Child("value") is not null,
        [("dom-2", "contained.contained.empty()")] = (element, _) => All(element, contained => contained.Child("contained") is null),

        // ContainedCheck tells which resource it is.
        [("dom-3", Dom3)] = (_, _) => true,
        [("dom-4", "contained.meta.versionId.empty() and contained.meta.lastUpdated.empty()")] =
            (element, _) => All(element, contained => contained.Child("meta") is not { } meta || (meta.Child("versionId") is null && meta.Child("lastUpdated") is null)),
        [("dom-5", "contained.meta.security.empty()")] = (element, _) => All(element, contained => contained.Child("meta")?.Child("security") is null),
        [("dom-6", "text.`div`.exists()")] = (element, _) => element.Child("text")?.Child("div") is not null,
        [("dom-6", "text.div.exists()")] = (element, _) => element.Child("text")?.Child("div") is not null,

        // Taken by its letter, a text that is no number gives empty, which is no violation.
        [("eld-3", "empty() or ($this = '*') or (toInteger() >= 0)")] = (element, _) => element.Text is not { } max || max == "*" || (max.Length > 0 && max.All(char.IsAsciiDigit)),

        // Taken by its letter, no value would do: the answer is FHIR's boolean, not FHIRPath's.
        [("que-7", "operator = 'exists' implies (answer is Boolean)")] =
            (element, _) => element.TextOf("operator") != "exists" || element.Child("answer") is not { } answer || answer.Type.Name == "boolean",

        // EntryInvariants tells which entry it is.
        [("bdl-1", "total.empty() or (type = 'searchset') or (type = 'history')")] = (_, _) => true,
        [("bdl-2", "entry.search.empty() or (type = 'searchset')")] = (_, _) => true,
        [("bdl-3", "entry.all(request.exists() = (%resource.type = 'batch' or %resource.type = 'transaction' or %resource.type = 'history'))")] = (_, _) => true,
        [("bdl-4", "entry.all(response.exists() = (%resource.type = 'batch-response' or %resource.type = 'transaction-response' or %resource.type = 'history'))")] = (_, _) => true,
        [("bdl-8", "fullUrl.contains('/_history/').not()")] = (_, _) => true,
        [("bdl-7", "(type = 'history') or entry.where(fullUrl.exists()).select(fullUrl&resource.meta.versionId).isDistinct()")] = (_, _) => true,

        // Its form is checked with all other primitives; here remains whether it says anything.
        [("txt-1", "htmlChecks()")] = (_, _) => true,
        [("txt-2", "htmlChecks()")] = (element, _) => NarrativeText.HasContent(element),
        [("ref-1", "reference.startsWith('#').not() or (reference.substring(1).trace('url') in %rootResource.contained.id.trace('ids'))")] = FragmentLeadsSomewhere,
    };

    private const string Dom3 =
        "contained.where((('#'+id in (%resource.descendants().reference | %resource.descendants().as(canonical) | %resource.descendants().as(uri) | %resource.descendants().as(url))) or descendants().where(reference = '#').exists() or descendants().where(as(canonical) = '#').exists() or descendants().where(as(canonical) = '#').exists()).not()).trace('unmatched', id).empty()";

    /// <returns>Null when it is to be evaluated as FHIRPath.</returns>
    public static Func<Element, ResourceScope, bool>? Find(string key, string expression) => Table.GetValueOrDefault((key, expression));

    private static bool All(Element resource, Func<Element, bool> holds)
    {
        foreach (var contained in resource.Children("contained"))
            if (!holds(contained)) return false;
        return true;
    }

    private static bool FragmentLeadsSomewhere(Element reference, ResourceScope scope)
    {
        if (reference.Child("reference") is not { } text || text.RawValue.IsEmpty || text.RawValue[0] != '#') return true;
        return text.RawValue.Length == 1 || scope.FindContained(text.Text![1..]) is not null;
    }
}

/// <summary>Whether a narrative says anything. https://hl7.org/fhir/R4/narrative.html#xhtml (txt-2)</summary>
internal static class NarrativeText
{
    /// <summary>Text outside of tags that is no white space, or an image.</summary>
    public static bool HasContent(Element div)
    {
        var text = div.TextBytes;
        var inTag = false;
        for (var at = 0; at < text.Length; at++)
        {
            var letter = text[at];
            if (letter == '<')
            {
                inTag = true;
                if (text[at..].StartsWith("<img"u8)) return true;
            }
            else if (letter == '>')
            {
                inTag = false;
            }
            else if (!inTag && letter > ' ' && !text[at..].StartsWith("\u00A0"u8))
            {
                return true;
            }
            else if (!inTag && letter == 0xC2)
            {
                at++;
            }
        }

        return false;
    }
}
