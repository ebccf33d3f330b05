using System.Diagnostics.CodeAnalysis;
using Myeloma.Fhir.Model.Elements;

namespace Myeloma.Fhir.Validation.Questionnaires;

/// <summary>An item of a Questionnaire with its place in the tree. https://hl7.org/fhir/R4/questionnaire.html</summary>
internal sealed class QuestionnaireItem(Element element, QuestionnaireItem? parent)
{
    public Element Element => element;

    /// <summary>Null at the top level.</summary>
    public QuestionnaireItem? Parent => parent;

    public string LinkId { get; } = element.TextOf("linkId") ?? "";

    /// <summary>Code of item-type: <c>group</c>, <c>choice</c>, …</summary>
    public string Type { get; } = element.TextOf("type") ?? "";

    public bool IsRequired { get; } = element.TextOf("required") == "true";

    public bool Repeats { get; } = element.TextOf("repeats") == "true";

    public IReadOnlyList<QuestionnaireItem> Items { get; private set; } = [];

    /// <summary>Whether it takes answers: groups and displays do not.</summary>
    public bool IsQuestion => Type is not ("group" or "display");

    /// <summary>The items below a questionnaire or an item, with all that is in them.</summary>
    public static IReadOnlyList<QuestionnaireItem> Of(Element holder, QuestionnaireItem? parent = null)
    {
        var items = new List<QuestionnaireItem>();
        foreach (var element in holder.Children("item"))
        {
            var item = new QuestionnaireItem(element, parent);
            item.Items = Of(element, item);
            items.Add(item);
        }

        return items;
    }

    /// <summary>Whether this is the other item or stands in it.</summary>
    public bool IsWithin(QuestionnaireItem other)
    {
        for (var at = this; at is not null; at = at.Parent)
            if (at == other) return true;
        return false;
    }
}

/// <summary>All items of a questionnaire by linkId; of two with the same linkId the first.</summary>
internal sealed class QuestionnaireItems
{
    private readonly Dictionary<string, QuestionnaireItem> byLinkId = new(StringComparer.Ordinal);

    public QuestionnaireItems(Element questionnaire)
    {
        Top = QuestionnaireItem.Of(questionnaire);
        foreach (var item in Top) Add(item);
    }

    public IReadOnlyList<QuestionnaireItem> Top { get; }

    public IEnumerable<QuestionnaireItem> All => byLinkId.Values;

    public bool TryFind(string linkId, [NotNullWhen(true)] out QuestionnaireItem? item) => byLinkId.TryGetValue(linkId, out item);

    private void Add(QuestionnaireItem item)
    {
        byLinkId.TryAdd(item.LinkId, item);
        foreach (var child in item.Items) Add(child);
    }
}
