"""Which view answers which address below the library's own."""

from django.urls import path

from generations.views import boards, exports, items, library, selecting, selections

urlpatterns = [
    path("count/", library.found_count, name="found_count"),
    path("suggestions/", library.suggestions, name="library_suggestions"),
    path("select-bar/", selecting.select_bar, name="select_bar"),
    path("selections/", selections.selections, name="selections"),
    path("selections/<uuid:public_id>/", selections.progress, name="selection_progress"),
    path("exports/<uuid:public_id>/", exports.export, name="export"),
    path("exports/<uuid:public_id>/zip/", exports.export_file, name="export_file"),
    path("restorations/", selections.restorations, name="restorations"),
    path("items/<uuid:public_id>/", items.organising, name="item_organising"),
    path("items/<uuid:public_id>/favourite/", items.favourite, name="item_favourite"),
    path("items/<uuid:public_id>/trashing/", items.trashing, name="item_trashing"),
    path("boards/", boards.board_list, name="boards"),
    path("boards/new/", boards.board_making, name="board_making"),
    path("boards/<uuid:public_id>/", boards.board, name="board"),
    path("boards/<uuid:public_id>/words/", boards.board_words, name="board_words"),
    path("boards/<uuid:public_id>/items/", boards.board_items, name="board_items"),
    path("boards/<uuid:public_id>/order/", boards.board_order, name="board_order"),
    path("boards/<uuid:public_id>/deletion/", boards.board_deletion, name="board_deletion"),
]
